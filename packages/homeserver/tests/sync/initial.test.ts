import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { type Session, startHearth, type TestHearth } from '@hearth/testkit';

let hearth: TestHearth;
let alice: Session;
let bob: Session;
before(async () => {
  hearth = await startHearth();
  alice = await hearth.client.register('alice', 'password of alice');
  bob = await hearth.client.register('bob', 'password of bob');
});
after(() => hearth.stop());

const types = (events: readonly { type: string }[]): string[] => events.map((event) => event.type);

test('a first sync shows a young room from its creation on, with nothing in its state', async () => {
  const room = await alice.createRoom({ name: 'Garden' });
  const message = await alice.sendText(room, 'hello');
  const body = await alice.sync();
  const { timeline, state, summary, unread_notifications: unread, ephemeral, account_data: data } = body.rooms.join[room];
  assert.deepEqual(types(timeline.events).slice(0, 2), ['m.room.create', 'm.room.member']);
  assert.equal(timeline.events.at(-1).event_id, message);
  assert.equal(timeline.limited, false);
  assert.deepEqual(state.events, []);
  assert.deepEqual(summary, { 'm.joined_member_count': 1, 'm.invited_member_count': 0 });
  assert.deepEqual(unread, { notification_count: 0, highlight_count: 0 });
  assert.deepEqual([ephemeral.events, data.events], [[], []]);
  assert.ok(timeline.events.every((event: { room_id?: string }) => event.room_id === undefined));
});

test('a first sync of a long room has the newest events, the state before them, and a token that pages further back', async () => {
  const room = await alice.createRoom({ name: 'Long' });
  const sent: string[] = [];
  for (let count = 0; count < 15; count += 1) sent.push(await alice.sendText(room, `message ${count}`));
  const { timeline, state } = (await alice.sync()).rooms.join[room];
  assert.equal(timeline.limited, true);
  assert.deepEqual(
    timeline.events.map((event: { event_id: string }) => event.event_id),
    sent.slice(-10),
  );
  assert.ok(types(state.events).includes('m.room.name') && types(state.events).includes('m.room.create'));
  const older = await alice.messages(room, { from: timeline.prev_batch, dir: 'b', limit: 5 });
  assert.deepEqual(
    older.chunk.map((event: { event_id: string }) => event.event_id),
    sent.slice(0, 5).toReversed(),
  );
});

test('state that the timeline changes is given as it was before, and what the filter drops from the timeline is in the state', async () => {
  const room = await alice.createRoom({ name: 'Before' });
  for (let count = 0; count < 10; count += 1) await alice.sendText(room, `message ${count}`);
  await alice.setState(room, 'm.room.name', '', { name: 'After' });
  const nameIn = (events: readonly { type: string; content: { name?: string } }[]): (string | undefined)[] =>
    events.filter((event) => event.type === 'm.room.name').map((event) => event.content.name);
  const plain = (await alice.sync()).rooms.join[room];
  assert.deepEqual([nameIn(plain.state.events), nameIn(plain.timeline.events)], [['Before'], ['After']]);
  const filter = JSON.stringify({ room: { timeline: { types: ['m.room.message'] } } });
  const filtered = (await alice.sync({ filter })).rooms.join[room];
  assert.deepEqual([nameIn(filtered.state.events), nameIn(filtered.timeline.events)], [['After'], []]);
  const after = (await alice.sync({ use_state_after: true })).rooms.join[room];
  assert.deepEqual([nameIn(after.state_after.events), nameIn(after['org.matrix.msc4222.state_after'].events)], [['After'], ['After']]);
  assert.equal(after.state, undefined);
});

test('without timeline events a first sync still has the whole state and says that something was left out', async () => {
  const room = await alice.createRoom({ name: 'Quiet' });
  const { timeline, state } = (await alice.sync({ filter: JSON.stringify({ room: { timeline: { limit: 0 } } }) })).rooms.join[room];
  assert.deepEqual([timeline.events, timeline.limited], [[], true]);
  assert.ok(types(state.events).includes('m.room.create') && types(state.events).includes('m.room.name'));
  const older = await alice.messages(room, { from: timeline.prev_batch, dir: 'b', limit: 1 });
  assert.deepEqual(types(older.chunk), ['m.room.name']);
});

test('an invitation comes with stripped state, and the inviter, but not with the room', async () => {
  const room = await alice.createRoom({ name: 'Party', topic: 'dancing', invite: [bob.userId] });
  const body = await bob.sync();
  assert.equal(body.rooms.join[room], undefined);
  const { events } = body.rooms.invite[room].invite_state;
  assert.ok(events.every((event: object) => Object.keys(event).every((key) => ['type', 'state_key', 'sender', 'content'].includes(key))));
  const has = (type: string, stateKey: string): boolean =>
    events.some((event: { type: string; state_key: string }) => event.type === type && event.state_key === stateKey);
  assert.ok(has('m.room.create', '') && has('m.room.name', '') && has('m.room.topic', '') && has('m.room.join_rules', ''));
  assert.ok(has('m.room.member', bob.userId) && has('m.room.member', alice.userId));
  assert.ok(!has('m.room.power_levels', ''));
});

test('push rules are among the account data of a first sync', async () => {
  const rules = (await alice.sync()).account_data.events.find((event: { type: string }) => event.type === 'm.push_rules');
  assert.ok(rules.content.global.override.length > 0);
});

test('rooms without a name are summarised by other members, those with one by counts only', async () => {
  const unnamed = await alice.createRoom({ preset: 'public_chat' });
  await bob.join(unnamed);
  assert.deepEqual((await alice.sync()).rooms.join[unnamed].summary, {
    'm.joined_member_count': 2,
    'm.invited_member_count': 0,
    'm.heroes': [bob.userId],
  });
  await alice.setState(unnamed, 'm.room.name', '', { name: 'Named' });
  assert.equal((await alice.sync()).rooms.join[unnamed].summary['m.heroes'], undefined);
  const { next_batch: since } = await alice.sync();
  await alice.setState(unnamed, 'm.room.name', '', { name: '' });
  assert.deepEqual((await alice.sync({ since })).rooms.join[unnamed].summary['m.heroes'], [bob.userId]);
  await bob.leave(unnamed);
  assert.deepEqual((await alice.sync({ since })).rooms.join[unnamed].summary, {
    'm.joined_member_count': 1,
    'm.invited_member_count': 0,
    'm.heroes': [bob.userId],
  });
});
