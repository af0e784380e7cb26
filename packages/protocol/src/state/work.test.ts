import assert from 'node:assert/strict';
import { test } from 'node:test';

import { admin, crowdedForks, prepareForks, publicRoom, resolveForks } from '../testing/public-room.ts';
import { answer, type Resolution, type ResolutionSource, type ResolutionWork, runResolution } from './request.ts';
import { resolve } from './resolve.ts';

for (const name of ['10', '12']) {
  test(`MD-08: two forks of 100 events in a room of 100,000 members touch a bounded number of events in version ${name}`, () => {
    const { room, state, forks } = crowdedForks(name, 100_000, 50);
    const { state: resolved, work } = resolveForks(room, state, forks);
    assert.equal(resolved.size, 100);
    assert.ok([...resolved].every(([key, number]) => forks.some((fork) => fork.get(key) === number && state.get(key) !== number)));
    assert.ok(work.events <= 450, `${work.events} events read`);
    assert.ok(work.edges <= 50, `${work.edges} edges read`);
    assert.ok(work.citers <= 200, `${work.citers} citing events looked at`);
    assert.ok(work.requests <= 25, `${work.requests} requests`);
    assert.equal(work.checks, 200);
  });

  test(`MD-08: work grows linearly with a chain of power levels in version ${name}`, () => {
    const measure = (length: number): number => {
      const { room, state, send } = publicRoom(name);
      const old = new Map(state);
      for (let i = 0; i < length; i++) send(state, 'm.room.power_levels', admin, '', { users: { [admin]: 100, '@u:b': i % 50 } }, 10 + i);
      const { state: resolved, work } = resolveForks(room, old, [old, state]);
      assert.deepEqual([...resolved.values()], [room.size - 1]);
      return work.events + work.edges + work.citers + work.checks + work.requests;
    };
    const [small, large] = [measure(100), measure(400)];
    assert.ok(large <= 4.5 * small, `${small} grew to ${large}`);
  });

  test(`MD-08: ping-pong of bans is linear in version ${name}`, () => {
    const measure = (rounds: number): number => {
      const { room, state, send } = publicRoom(name);
      const old = new Map(state);
      for (let i = 0; i < rounds; i++) {
        send(state, 'm.room.member', admin, '@u:b', { membership: 'ban' }, 10 + i);
        send(state, 'm.room.member', admin, '@u:b', { membership: 'leave' }, 10 + i);
        send(state, 'm.room.member', '@u:b', '@u:b', { membership: 'join' }, 10 + i);
      }
      const { work } = resolveForks(room, old, [old, state]);
      return work.events + work.edges + work.citers + work.checks + work.requests;
    };
    const [small, large] = [measure(50), measure(200)];
    assert.ok(large <= 4.5 * small, `${small} grew to ${large}`);
  });

  test(`MD-08: a thousand forks resolve with work in proportion in version ${name}`, () => {
    const { room, state, send } = publicRoom(name);
    const forks = Array.from({ length: 1000 }, (_, i) => {
      const fork = new Map(state);
      send(fork, 'm.room.topic', admin, '', { topic: `${i}` }, 100 + (i % 10));
      return fork;
    });
    const { state: resolved, work } = resolveForks(room, state, forks);
    assert.equal(resolved.size, 1);
    assert.ok(work.events <= 1010, `${work.events} events read`);
    assert.equal(work.checks, 1000);
    assert.ok(work.requests <= 30, `${work.requests} requests`);
  });
}

test('a resolution without conflict asks nothing but what the state has', () => {
  const { room, state } = publicRoom('12');
  const { state: resolved, work } = resolveForks(room, state, [state, state]);
  assert.deepEqual([resolved.size, work.requests], [0, 0]);
});

test('no request names more than a thousand events', () => {
  const { room, state, send } = publicRoom('12');
  const fork = new Map(state);
  for (let i = 0; i < 2500; i++) send(fork, 'org.example.note', admin, `${i}`, {}, 100);
  const { input, unconflicted } = room.input([state, fork], 'ask');
  const source = room.source(unconflicted);
  let largest = 0;
  const watch =
    <T, R>(answer: (asked: readonly T[]) => R) =>
    (asked: readonly T[]): R => {
      largest = Math.max(largest, asked.length);
      return answer(asked);
    };
  const watched = {
    edges: watch(source.edges),
    events: watch(source.events),
    unconflicted: watch(source.unconflicted),
    citers: watch(source.citers),
  };
  assert.equal(runResolution(resolve(input), watched).state.size, 2500);
  assert.equal(largest, 1000);
});

for (const name of ['10', '12']) {
  test(`the mainline is followed only as far as conflicting events reach in version ${name}`, () => {
    const { room, state, send } = publicRoom(name);
    for (let i = 0; i < 500; i++) send(state, 'm.room.power_levels', admin, '', { users: { [admin]: 100, '@u:b': i % 50 } }, 10 + i);
    const forks = [new Map(state), new Map(state)];
    forks.forEach((fork, i) => {
      send(fork, 'm.room.power_levels', admin, '', { users: { [admin]: 100, '@v:b': i } }, 1000 + i);
      send(fork, 'm.room.topic', admin, '', { topic: `${i}` }, 1100);
    });
    const { state: resolved, work } = resolveForks(room, state, forks);
    assert.equal(resolved.size, 2);
    assert.ok(work.events <= 20, `${work.events} events read`);
    assert.ok(work.edges <= 20, `${work.edges} edges read`);
  });

  test(`EA-21: a restricted join is judged again without asking for its signatures, which were checked when it came, in version ${name}`, () => {
    const { room, state, send } = publicRoom(name);
    send(state, 'm.room.join_rules', admin, '', { join_rule: 'restricted', allow: [] }, 10);
    const fork = new Map(state);
    const via = { membership: 'join', join_authorised_via_users_server: admin };
    const join = send(fork, 'm.room.member', '@u:b', '@u:b', via, 20);
    const alone = new Map(state);
    send(alone, 'm.room.member', '@v:b', '@v:b', { membership: 'join' }, 20);
    assert.deepEqual([...resolveForks(room, state, [fork, alone]).state.values()], [join]);
  });
}

/** What was done between one turn of others and the next, at most. */
function busiestStretch(steps: ReturnType<typeof resolve>, source: ResolutionSource): { checks: number; events: number; turns: number } {
  let [checks, events, turns] = [0, 0, 0];
  let last = { checks: 0, events: 0 };
  const end = ({ checks: now, events: read }: ResolutionWork): void => {
    checks = Math.max(checks, now - last.checks);
    events = Math.max(events, read - last.events);
    last = { checks: now, events: read };
  };
  let step = steps.next();
  while (step.done !== true) {
    const request = step.value;
    if (request.need === 'turn') {
      turns++;
      end(request.work);
    }
    step = steps.next(answer(source, request));
  }
  end(step.value.work);
  return { checks, events, turns };
}

for (const name of ['1', '10', '12']) {
  test(`however much there is to check, others have a turn after every few checks in version ${name}`, () => {
    const { room, state, send } = publicRoom(name);
    const forks = Array.from({ length: 300 }, (_, i) => {
      const fork = new Map(state);
      send(fork, 'm.room.topic', admin, '', { topic: `${i}` }, 100 + i);
      for (let j = 0; j < 5; j++) send(fork, 'org.example.note', admin, `${j}`, { n: i }, 100 + i);
      return fork;
    });
    const { input, unconflicted } = room.input(forks, 'ask');
    const { checks, events, turns } = busiestStretch(resolve(input), room.source(unconflicted));
    assert.ok(checks <= 41, `${checks} checks without a turn`);
    // A request has at most a thousand events, so a stretch has few more.
    assert.ok(events <= 1200, `${events} events without a turn`);
    assert.ok(turns >= 2, `${turns} turns`);
  });
}

/** Events of every kind in two forks: powers, bans, joins, topics, and a chain of power levels below them. */
function mixedForks(name: string): () => Resolution {
  const { room, state, send } = publicRoom(name);
  for (let i = 0; i < 70; i++) send(state, 'm.room.power_levels', admin, '', { users: { [admin]: 100, '@u:b': i % 50 } }, 10 + i);
  for (let i = 0; i < 40; i++) send(state, 'm.room.member', `@m${i}:b`, `@m${i}:b`, { membership: 'join' }, 100);
  const forks = [new Map(state), new Map(state), new Map(state)];
  forks.forEach((fork, side) => {
    for (let i = 0; i < 3 + side; i++) {
      send(fork, 'm.room.power_levels', admin, '', { users: { [admin]: 100, [`@m${side}:b`]: 10 + i } }, 200 + side * 7 - i);
    }
    send(fork, 'm.room.member', admin, `@m${side}:b`, { membership: 'ban' }, 300 - side);
    send(fork, 'm.room.topic', admin, '', { topic: `${side}` }, 310);
    for (let i = 10; i < 20 + side; i++) send(fork, 'm.room.member', `@m${i}:b`, `@m${i}:b`, { membership: 'join', side }, 320 + i);
  });
  return prepareForks(room, state, forks);
}

for (const [name, work] of [
  ['1', { requests: 3, edges: 0, events: 50, citers: 0, checks: 29, steps: 3919 }],
  ['10', { requests: 12, edges: 23, events: 70, citers: 48, checks: 56, steps: 8418 }],
  ['12', { requests: 12, edges: 23, events: 70, citers: 48, checks: 56, steps: 8534 }],
] as const) {
  test(`what a resolution costs is counted exactly, so that a change of it is seen, in version ${name}`, () => {
    assert.deepEqual(mixedForks(name)().work, work);
  });
}

for (const name of ['1', '10', '12']) {
  test(`others have a turn after each 4,000 steps, and no sooner, in version ${name}`, () => {
    const { room, forks } = crowdedForks(name, 300, 150);
    const { input, unconflicted } = room.input(forks, 'ask');
    const source = room.source(unconflicted);
    const turns = [0];
    const steps = resolve(input);
    let step = steps.next();
    while (step.done !== true) {
      if (step.value.need === 'turn') turns.push(step.value.work.steps);
      step = steps.next(answer(source, step.value));
    }
    const between = turns.slice(1).map((at, i) => at - (turns[i] as number));
    assert.ok(between.every((each) => each >= 4000));
    // In the end there are only checks, a hundred steps each.
    assert.deepEqual(between.slice(-5), [4000, 4000, 4000, 4000, 4000]);
  });
}
