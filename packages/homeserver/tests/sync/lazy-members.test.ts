import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { type Session, startHearth, type TestHearth } from '@hearth/testkit';

let hearth: TestHearth;
let people: Session[];
let alice: Session;
before(async () => {
  hearth = await startHearth();
  people = [];
  for (const name of ['alice', 'bob', 'carol', 'dave']) people.push(await hearth.client.register(name, 'a long password'));
  alice = people[0] as Session;
});
after(() => hearth.stop());

const lazy = (more: object = {}): string =>
  JSON.stringify({ room: { state: { lazy_load_members: true, ...more }, timeline: { limit: 3 } } });
type Event = { type: string; state_key: string; content: { membership?: string } };
const members = (events: readonly Event[]): string[] =>
  events
    .filter((event) => event.type === 'm.room.member')
    .map((event) => event.state_key)
    .toSorted();
const nameOf = (index: number): string => people[index]?.userId ?? '';

async function fullRoom(): Promise<string> {
  const room = await alice.createRoom({ preset: 'public_chat', name: 'Lazy' });
  for (const person of people.slice(1)) await person.join(room);
  for (let count = 0; count < 5; count += 1) await alice.sendText(room, `message ${count}`);
  return room;
}

test('a first sync has only the members who speak, and the reader', async () => {
  const room = await fullRoom();
  await people[1]?.sendText(room, 'I am bob');
  const { state, timeline } = (await (people[3] as Session).sync({ filter: lazy() })).rooms.join[room];
  assert.equal(timeline.events.length, 3);
  assert.deepEqual(members(state.events), [alice.userId, nameOf(1), nameOf(3)]);
  assert.ok(state.events.some((event: Event) => event.type === 'm.room.power_levels'));
  const after = (await (people[3] as Session).sync({ filter: lazy(), use_state_after: true })).rooms.join[room];
  assert.deepEqual(members(after.state_after.events), [alice.userId, nameOf(1), nameOf(3)]);
});

test('whoever speaks for the first time comes along once; an answer that was lost is not counted', async () => {
  const room = await fullRoom();
  const filter = lazy();
  const first = await alice.sync({ filter });
  await people[1]?.sendText(room, 'one');
  const second = await alice.sync({ filter, since: first.next_batch });
  assert.deepEqual(members(second.rooms.join[room].state.events), [nameOf(1)]);
  const again = await alice.sync({ filter, since: first.next_batch });
  assert.deepEqual(members(again.rooms.join[room].state.events), [nameOf(1)]);
  await people[1]?.sendText(room, 'two');
  const third = await alice.sync({ filter, since: again.next_batch });
  assert.deepEqual(members(third.rooms.join[room].state.events), []);
  const redundant = await alice.sync({ filter: lazy({ include_redundant_members: true }), since: again.next_batch });
  assert.deepEqual(members(redundant.rooms.join[room].state.events), [nameOf(1)]);
});

test('changes of membership in a gap are told whoever they concern', async () => {
  const room = await fullRoom();
  const filter = lazy();
  const first = await alice.sync({ filter });
  await people[2]?.setState(room, 'm.room.member', nameOf(2), { membership: 'join', displayname: 'Caroline' });
  await people[3]?.leave(room);
  for (let count = 0; count < 4; count += 1) await alice.sendText(room, `more ${count}`);
  const { state, timeline } = (await alice.sync({ filter, since: first.next_batch })).rooms.join[room];
  assert.equal(timeline.limited, true);
  assert.deepEqual(members(state.events), [nameOf(2), nameOf(3)]);
});

test('the heroes of a room without a name come with it', async () => {
  const room = await alice.createRoom({ preset: 'public_chat' });
  await people[1]?.join(room);
  for (let count = 0; count < 5; count += 1) await alice.sendText(room, `message ${count}`);
  const { state, summary } = (await alice.sync({ filter: lazy() })).rooms.join[room];
  assert.deepEqual(summary['m.heroes'], [nameOf(1)]);
  assert.deepEqual(members(state.events), [alice.userId, nameOf(1)]);
});

test('a speaker whose member event is in the timeline further down comes as they were when they spoke', async () => {
  const room = await fullRoom();
  await people[1]?.sendText(room, 'I am bob');
  await people[1]?.setState(room, 'm.room.member', nameOf(1), { membership: 'join', displayname: 'Robert' });
  const { state, timeline } = (await (people[3] as Session).sync({ filter: lazy() })).rooms.join[room];
  assert.equal(timeline.events.at(-1).content.displayname, 'Robert');
  const bob = state.events.find((event: Event) => event.state_key === nameOf(1));
  assert.equal(bob.content.displayname, 'bob');
});

test('a left room is lazy, too', async () => {
  const room = await fullRoom();
  const bob = people[1] as Session;
  const filter = JSON.stringify({ room: { include_leave: true, state: { lazy_load_members: true }, timeline: { limit: 3 } } });
  const { next_batch: since } = await bob.sync();
  await bob.leave(room);
  const first = (await bob.sync({ filter })).rooms.leave[room];
  assert.deepEqual(members(first.state.events), [alice.userId, bob.userId]);
  assert.ok(first.state.events.some((event: Event) => event.type === 'm.room.name'));
  const next = (await bob.sync({ filter, since })).rooms.leave[room];
  assert.deepEqual(
    next.timeline.events.map((event: Event) => event.content.membership),
    ['leave'],
  );
  const whole = (await bob.sync({ filter: JSON.stringify({ room: { include_leave: true } }) })).rooms.leave[room];
  assert.ok(members([...whole.state.events, ...whole.timeline.events]).length >= 4);
});
