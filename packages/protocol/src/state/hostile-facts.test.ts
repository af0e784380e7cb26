import assert from 'node:assert/strict';
import { test } from 'node:test';

import fc from 'fast-check';

import { version } from '../testing/auth-state.ts';
import { MemoryRoom } from '../testing/memory-room.ts';
import type { State } from '../testing/memory-room.ts';
import type { Step } from '../testing/random-room.ts';
import { playHistory } from '../testing/random-room.ts';
import { conflictedSubgraph } from './conflicted-subgraph.ts';
import { Known } from './known.ts';
import { orderByMainline } from './mainline.ts';
import { orderPowerEvents } from './power-order.ts';
import type { EdgeFact, EventFact, ResolutionSource } from './request.ts';
import { runResolution } from './request.ts';
import { resolve } from './resolve.ts';

const seed = 20260717;
const step: fc.Arbitrary<Step> = fc.record({
  branch: fc.nat(1),
  action: fc.nat(6),
  who: fc.nat(3),
  whom: fc.nat(3),
  value: fc.nat(20),
  ts: fc.nat(6),
});
const steps = fc.array(step, { minLength: 10, maxLength: 40 });

/** Events that every history begins with. */
const beginning = 6;

function resolveWith(room: MemoryRoom, branches: readonly State[], change: (source: ResolutionSource) => ResolutionSource): State {
  const { input, unconflicted } = room.input(branches, 'ask');
  return runResolution(resolve(input), change(room.source(unconflicted))).state;
}

for (const name of ['1', '2', '11', '12']) {
  test(`EA-16: a rejected event never enters the state, whoever cites or claims it, in version ${name}`, () => {
    const property = fc.property(steps, fc.array(fc.boolean(), { minLength: 60, maxLength: 60 }), (history, flags) => {
      const { room, branches } = playHistory(version(name), history, 2);
      const isRejected = (number: number): boolean => number >= beginning && flags[number] === true;
      const mark = (facts: readonly EventFact[]): readonly EventFact[] =>
        facts.map((fact) => ({ ...fact, rejected: isRejected(fact.number) }));
      const state = resolveWith(room, branches, (source) => ({ ...source, events: (numbers) => mark(source.events(numbers)) }));
      for (const number of state.values()) assert.equal(isRejected(number), false);
    });
    fc.assert(property, { seed, numRuns: 200 });
  });

  test(`events that the store does not have are passed over in version ${name}`, () => {
    const property = fc.property(steps, fc.array(fc.boolean(), { minLength: 60, maxLength: 60 }), (history, flags) => {
      const { room, branches } = playHistory(version(name), history, 2);
      const isThere = ({ number }: EdgeFact): boolean => number < beginning || flags[number] !== true;
      const state = resolveWith(room, branches, (source) => ({
        ...source,
        edges: (numbers) => source.edges(numbers).filter(isThere),
        events: (numbers) => source.events(numbers).filter(isThere),
      }));
      for (const number of state.values()) assert.ok(isThere(room.fact(number)));
    });
    fc.assert(property, { seed, numRuns: 200 });
  });

  test(`facts that nobody asked for change nothing in version ${name}`, () => {
    const property = fc.property(steps, (history) => {
      const { room, branches } = playHistory(version(name), history, 2);
      const all = Array.from({ length: room.size }, (_, number) => number);
      const eager = resolveWith(room, branches, (source) => ({
        ...source,
        edges: () => source.edges(all),
        events: () => source.events(all),
      }));
      assert.deepEqual(
        eager,
        resolveWith(room, branches, (source) => source),
      );
    });
    fc.assert(property, { seed, numRuns: 50 });
  });
}

test('EA-16: a message that a server claims to be state does not enter', () => {
  for (const name of ['1', '2', '12']) {
    const { room, branches } = playHistory(version(name), [], 1);
    const message = room.add({ id: 'message', type: 'm.room.message', sender: '@a:a', content: {}, auth: [], ts: 9 });
    const claimed = new Map([...(branches[0] as State), [room.fact(message).key, message]]);
    assert.equal(room.resolve([branches[0] as State, claimed]).state.has(room.fact(message).key), false);
  }
});

test('EA-27: in power order creators of version 12 come before every administrator, whatever the clock', () => {
  const room = new MemoryRoom(version('12'));
  const levels = { users: { '@admin:b': 9007199254740991 } };
  room.add({
    id: 'create',
    type: 'm.room.create',
    state_key: '',
    sender: '@a:a',
    content: { additional_creators: ['@also:c'] },
    auth: [],
    ts: 0,
  });
  room.add({ id: 'levels', type: 'm.room.power_levels', state_key: '', sender: '@a:a', content: levels, auth: [], ts: 1 });
  const rule = (id: string, sender: string, ts: number): number =>
    room.add({ id, type: 'm.room.join_rules', state_key: '', sender, content: {}, auth: ['levels'], ts });
  const conflicted = new Set([
    rule('admin', '@admin:b', 10),
    rule('also', '@also:c', 20),
    rule('first', '@a:a', 30),
    rule('user', '@u:d', 5),
  ]);
  const known = new Known();
  const source = room.source(new Map());
  runResolution(known.loadEvents(conflicted), source);
  const order = runResolution(orderPowerEvents(known, conflicted, room.rules, 0), source);
  assert.deepEqual(
    order.map((number) => room.name(number)),
    ['also', 'first', 'admin', 'user'],
  );
});

test('MD-11: auth events that cite each other in a circle stop the walk loudly instead of looping', () => {
  for (let length = 1; length <= 10; length++) {
    const fact = (number: number): EventFact => ({
      number,
      rank: number,
      authEvents: [(number + 1) % length],
      key: number,
      rejected: false,
      event: {
        eventId: `$${number}`,
        roomId: '!r',
        type: 'm.room.power_levels',
        sender: '@a:a',
        stateKey: '',
        content: {},
        prevEvents: [],
        redacts: undefined,
        pdu: {},
        depth: 1,
        originServerTs: 1,
      },
    });
    const facts = (numbers: readonly number[]): EventFact[] => numbers.map(fact);
    const source: ResolutionSource = {
      edges: facts,
      events: facts,
      unconflicted: (pairs) => pairs.map(() => undefined),
      citers: (of) => of.map(() => ({ citers: [], next: undefined })),
    };
    const input = { create: 0, unconflicted: 'ask' as const, verifySigned: () => true };
    for (const name of ['2', '12']) {
      const sets = [new Map([[0, 0]]), new Map([[0, length - 1]]), new Map<number, number>()];
      assert.throws(() => runResolution(resolve({ ...input, rules: version(name), sets }), source), /has rank/);
    }
    assert.doesNotThrow(() =>
      runResolution(resolve({ ...input, rules: version('1'), sets: [new Map([[0, 0]]), new Map([[0, length - 1]])] }), source),
    );
    assert.throws(() => {
      const known = new Known();
      runResolution(known.loadEvents([0]), source);
      runResolution(orderByMainline(known, [0], undefined), source);
    }, /has rank/);
    assert.equal(runResolution(conflictedSubgraph(new Known(), new Set([0])), source).has(0), true);
  }
});
