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

type Event = { type: string; event_id: string; sender: string; state_key?: string; content: Record<string, unknown> };
const ids = (events: readonly Event[]): string[] => events.map((event) => event.event_id);
const leaveFilter = JSON.stringify({ room: { include_leave: true, timeline: { limit: 50 } } });

test('a room joined between two syncs comes as a whole, marked as not continuing what the client may have', async () => {
  const room = await alice.createRoom({ preset: 'public_chat', name: 'Hall' });
  const message = await alice.sendText(room, 'before bob');
  const { next_batch: since } = await bob.sync();
  await bob.join(room);
  const { timeline, state, summary } = (await bob.sync({ since })).rooms.join[room];
  assert.ok(ids(timeline.events).includes(message));
  assert.equal(timeline.limited, true);
  const told = [...state.events, ...timeline.events] as Event[];
  assert.ok(told.some((event) => event.type === 'm.room.create') && told.some((event) => event.type === 'm.room.name'));
  assert.equal(summary['m.joined_member_count'], 2);
});

test('who joins a room with hidden history sees it from their own join on, and the state all the same', async () => {
  const room = await alice.createRoom({
    preset: 'public_chat',
    initial_state: [{ type: 'm.room.history_visibility', content: { history_visibility: 'joined' } }],
  });
  await alice.sendText(room, 'not for bob');
  const name = await alice.setState(room, 'm.room.name', '', { name: 'Known to bob' });
  await bob.join(room);
  for (const body of [await bob.sync(), await bob.sync({ use_state_after: true })]) {
    const { timeline, state, state_after: stateAfter } = body.rooms.join[room];
    // What was sent before the setting was made is shared, as is the usual.
    assert.deepEqual(
      timeline.events.slice(-2).map((event: Event) => [event.type, event.sender]),
      [
        ['m.room.history_visibility', alice.userId],
        ['m.room.member', bob.userId],
      ],
    );
    assert.ok(ids((state ?? stateAfter).events).includes(name));
  }
});

test('a change of name is no new joining', async () => {
  const room = await alice.createRoom();
  const { next_batch: since } = await alice.sync();
  const event = await alice.setState(room, 'm.room.member', alice.userId, { membership: 'join', displayname: 'Alice' });
  const { timeline, state } = (await alice.sync({ since })).rooms.join[room];
  assert.deepEqual([ids(timeline.events), state.events, timeline.limited], [[event], [], false]);
});

test('an invitation turns into a joined room, or into a left one', async () => {
  const [one, two] = [await alice.createRoom({ invite: [bob.userId] }), await alice.createRoom({ invite: [bob.userId], name: 'Secret' })];
  const first = await bob.sync();
  assert.ok(first.rooms.invite[one] && first.rooms.invite[two]);
  await bob.join(one);
  await bob.leave(two);
  const { join, leave, invite } = (await bob.sync({ since: first.next_batch })).rooms;
  assert.ok(join[one]);
  assert.deepEqual(invite, {});
  // Nothing of the room but the end of the invitation.
  assert.deepEqual(
    leave[two].timeline.events.map((event: Event) => [event.type, event.content['membership']]),
    [['m.room.member', 'leave']],
  );
  assert.deepEqual(leave[two].state.events, []);
  const late = (await bob.sync({ filter: leaveFilter })).rooms.leave[two];
  assert.deepEqual([late.timeline.events.length, late.state.events], [1, []]);
});

test('a left room is told up to the leaving and no further, also later', async () => {
  const room = await alice.createRoom({ preset: 'public_chat', name: 'Old name' });
  await bob.join(room);
  const { next_batch: since } = await bob.sync();
  const heard = await alice.sendText(room, 'goodbye');
  await bob.leave(room);
  await alice.sendText(room, 'now that bob is gone');
  await alice.setState(room, 'm.room.name', '', { name: 'New name' });
  const { timeline, state } = (await bob.sync({ since })).rooms.leave[room];
  assert.deepEqual(timeline.events.map((event: Event) => event.event_id)[0], heard);
  assert.deepEqual([timeline.events.length, timeline.events[1].content.membership, state.events], [2, 'leave', []]);
  const archived = await bob.sync({ filter: leaveFilter });
  const texts = JSON.stringify(archived.rooms.leave[room]);
  assert.ok(texts.includes('Old name') && texts.includes('goodbye') && !texts.includes('New name') && !texts.includes('now that bob'));
  const after = await bob.sync({ filter: leaveFilter, use_state_after: true });
  assert.ok(!JSON.stringify(after.rooms.leave[room]).includes('New name'));
  assert.equal((await bob.sync()).rooms.leave[room], undefined);
  await bob.forget(room);
  assert.equal((await bob.sync({ filter: leaveFilter })).rooms?.leave[room], undefined);
});

test('a room that was left and forgotten at once is shown as left one last time, so that other devices know', async () => {
  const room = await alice.createRoom({ preset: 'public_chat' });
  await bob.join(room);
  const { next_batch: since } = await bob.sync();
  await bob.leave(room);
  await bob.forget(room);
  const body = await bob.sync({ since });
  assert.equal(body.rooms.leave[room].timeline.events.at(-1).content.membership, 'leave');
  assert.equal((await bob.sync({ since: body.next_batch, filter: leaveFilter })).rooms?.leave[room], undefined);
});

for (const [what, act] of [
  ['kick', (room: string) => alice.kick(room, bob.userId, 'noise')],
  ['ban', (room: string) => alice.ban(room, bob.userId, 'noise')],
] as const) {
  test(`a ${what} ends the room for the one concerned, with its reason`, async () => {
    const room = await alice.createRoom({ preset: 'public_chat' });
    await bob.join(room);
    const { next_batch: since } = await bob.sync();
    await act(room);
    await alice.sendText(room, 'unheard');
    const body = await bob.sync({ since });
    assert.equal(body.rooms.join[room], undefined);
    assert.deepEqual(
      body.rooms.leave[room].timeline.events.map((event: Event) => event.content['reason']),
      ['noise'],
    );
  });
}

test('a ban after leaving tells the ban only', async () => {
  const room = await alice.createRoom({ preset: 'public_chat' });
  await bob.join(room);
  await bob.leave(room);
  const { next_batch: since } = await bob.sync();
  await alice.sendText(room, 'unheard');
  await alice.ban(room, bob.userId);
  const { timeline, state } = (await bob.sync({ since })).rooms.leave[room];
  assert.deepEqual([timeline.events.map((event: Event) => event.content['membership']), state.events], [['ban'], []]);
});

test('leaving and coming back within one gap stays a joined room; coming back after a left one starts it anew', async () => {
  const room = await alice.createRoom({ preset: 'public_chat', name: 'Door' });
  await bob.join(room);
  const { next_batch: joined } = await bob.sync();
  await bob.leave(room);
  const { next_batch: left } = await bob.sync({ since: joined });
  const message = await alice.sendText(room, 'meanwhile');
  await bob.join(room);
  const through = (await bob.sync({ since: joined })).rooms;
  assert.ok(ids(through.join[room].timeline.events).includes(message));
  assert.deepEqual([through.join[room].timeline.limited, through.leave], [false, {}]);
  const anew = (await bob.sync({ since: left })).rooms.join[room];
  assert.equal(anew.timeline.limited, true);
  assert.ok([...anew.state.events, ...anew.timeline.events].some((event) => event.type === 'm.room.create'));
});

test('who knocks sees the face of the room until they are let in', async () => {
  const room = await alice.createRoom({ name: 'Club', initial_state: [{ type: 'm.room.join_rules', content: { join_rule: 'knock' } }] });
  const { next_batch: since } = await bob.sync();
  const knock = await bob.request('POST', `/_matrix/client/v3/knock/${encodeURIComponent(room)}`, { body: {} });
  if (knock.status === 404) await bob.setState(room, 'm.room.member', bob.userId, { membership: 'knock' });
  const { events } = (await bob.sync({ since })).rooms.knock[room].knock_state;
  assert.ok(
    events.some((event: Event) => event.type === 'm.room.name') && events.some((event: Event) => event.content['membership'] === 'knock'),
  );
  assert.ok((await bob.sync()).rooms.knock[room]);
});

test('messages and invitations of ignored people do not come, their state does', async () => {
  const room = await alice.createRoom({ preset: 'public_chat' });
  await bob.join(room);
  const { next_batch: since } = await alice.sync();
  const data = `/_matrix/client/v3/user/${encodeURIComponent(alice.userId)}/account_data/m.ignored_user_list`;
  await alice.ok('PUT', data, { body: { ignored_users: { [bob.userId]: {} } } });
  await bob.sendText(room, 'hey');
  const invited = await bob.createRoom({ invite: [alice.userId] });
  await bob.leave(room);
  const body = await alice.sync({ since });
  assert.deepEqual(
    body.rooms.join[room].timeline.events.map((event: Event) => event.type),
    ['m.room.member'],
  );
  assert.equal(body.rooms.invite[invited], undefined);
  await alice.ok('PUT', data, { body: { ignored_users: {} } });
  assert.ok((await alice.sync()).rooms.invite[invited]);
});
