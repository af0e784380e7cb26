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

type Event = Record<string, unknown> & { type: string; room_id?: string; event_id?: string; content: Record<string, unknown> };
type Query = Record<string, string | number | boolean | readonly string[] | undefined>;
const v1 = (path: string): string => `/_matrix/client/api/v1${path}`;
const events = (client: Session, query: Query = {}): Promise<{ start: string; end: string; chunk: Event[] }> =>
  client.ok('GET', v1('/events'), { query: { timeout: 0, ...query } });
const roomPath = (room: string): string => `/rooms/${encodeURIComponent(room)}`;
/** Resolves when so many users are waiting. */
async function waiting(users: number): Promise<void> {
  while (hearth.server.spine.notifier.waitingUsers < users) await new Promise((resolve) => setImmediate(resolve));
}
/** The stream on from a token until it has nothing more. */
async function allFrom(client: Session, from: string): Promise<Event[]> {
  const found: Event[] = [];
  for (let token = from; ;) {
    const { chunk, end, start } = await events(client, { from: token });
    assert.equal(start, token);
    if (chunk.length === 0) return found;
    found.push(...chunk);
    token = end;
  }
}

/** Without who is online, which has tests of its own. */
const ofRooms = (chunk: Event[]): Event[] => chunk.filter(({ type }) => type !== 'm.presence');

test('the stream of 2015 brings messages, typing, receipts, tags and account data as events of their own', async () => {
  const room = await alice.createRoom({ preset: 'public_chat' });
  await bob.join(room);
  const { end: from, chunk } = await events(bob, { from: 'END' });
  assert.deepEqual(chunk, []);
  const message = await alice.sendText(room, 'hello');
  await alice.ok('PUT', v1(`${roomPath(room)}/typing/${encodeURIComponent(alice.userId)}`), { body: { typing: true, timeout: 30_000 } });
  await alice.ok('POST', `/_matrix/client/v2_alpha${roomPath(room)}/receipt/m.read/${encodeURIComponent(message)}`, { body: {} });
  const own = `/_matrix/client/v2_alpha/user/${encodeURIComponent(bob.userId)}`;
  await bob.ok('PUT', `${own}${roomPath(room)}/account_data/org.example.room`, { body: { a: 1 } });
  await bob.ok('PUT', `${own}/account_data/org.example.global`, { body: { b: 2 } });
  const found = await allFrom(bob, from);
  const [event, ...others] = found;
  assert.deepEqual([event?.event_id, event?.room_id, event?.['user_id'], typeof event?.['age']], [message, room, alice.userId, 'number']);
  const by = (type: string): Event | undefined => others.find((other) => other.type === type);
  assert.deepEqual(by('m.typing'), { type: 'm.typing', content: { user_ids: [alice.userId] }, room_id: room });
  assert.equal(by('m.receipt')?.room_id, room);
  assert.deepEqual(Object.keys(by('m.receipt')?.content[message] ?? {}), ['m.read']);
  assert.deepEqual(by('org.example.room'), { type: 'org.example.room', content: { a: 1 }, room_id: room });
  assert.deepEqual(by('org.example.global'), { type: 'org.example.global', content: { b: 2 } });
});

test('rooms joined and invitations received meanwhile come without a new call, invitations with the face of the room', async () => {
  const { end: from } = await events(bob);
  const answer = events(bob, { from, timeout: 20_000 });
  await waiting(1);
  const invited = await alice.createRoom({ name: 'Party', invite: [bob.userId] });
  const chunk = ofRooms((await answer).chunk);
  const invite = chunk.find((event) => event.room_id === invited) as Event;
  assert.deepEqual([chunk.length, invite.type, invite['membership']], [1, 'm.room.member', 'invite']);
  const names = (invite['invite_room_state'] as Event[]).filter((event) => event.type === 'm.room.name');
  assert.deepEqual(names[0]?.content, { name: 'Party' });
  await bob.join(invited);
  const message = await alice.sendText(invited, 'welcome');
  const later = await allFrom(bob, from);
  assert.deepEqual(
    ofRooms(later)
      .map((event) => event.event_id)
      .at(-1),
    message,
  );
  assert.deepEqual(
    later.filter((event) => event.type === 'm.room.name'),
    [],
  );
  await alice.kick(invited, bob.userId);
  await alice.sendText(invited, 'unheard');
  const last = (await allFrom(bob, from)).at(-1);
  assert.deepEqual([last?.type, last?.['membership']], ['m.room.member', 'leave']);
});

test('a long backlog comes in pages, in order, nothing twice and nothing left out', async () => {
  const [one, two] = [await alice.createRoom(), await alice.createRoom()];
  const { end: from } = await events(alice);
  const sent: string[] = [];
  for (let count = 0; count < 130; count += 1) {
    const event = await alice.sendText(count % 3 === 0 ? one : two, `message ${count}`);
    sent.push(event);
    if (count === 120)
      await alice.ok(
        'POST',
        `/_matrix/client/v2_alpha${roomPath(count % 3 === 0 ? one : two)}/receipt/m.read/${encodeURIComponent(event)}`,
        { body: {} },
      );
  }
  const first = await events(alice, { from });
  assert.equal(first.chunk.length, 100);
  const found = await allFrom(alice, from);
  assert.deepEqual(
    found.filter((event) => event.event_id !== undefined).map((event) => event.event_id),
    sent,
  );
  assert.deepEqual(
    found.filter((event) => event.event_id === undefined).map((event) => event.type),
    ['m.receipt'],
  );
});

test('without news the stream answers with an empty chunk, and its tokens are those of sync and of messages', async () => {
  const room = await alice.createRoom();
  const { end } = await events(alice);
  assert.deepEqual(await events(alice, { from: end }), { chunk: [], start: end, end });
  const { next_batch: since } = await alice.sync();
  const message = await alice.sendText(room, 'hello');
  assert.deepEqual(
    (await events(alice, { from: since })).chunk.map((event) => event.event_id),
    [message],
  );
  const body = await alice.ok('GET', '/_matrix/client/v2_alpha/sync', { query: { since: end } });
  assert.equal(body.rooms.join[room].timeline.events.at(-1).event_id, message);
  const older = await alice.messages(room, { dir: 'b', limit: 1 });
  assert.deepEqual(
    (await events(alice, { from: older.end })).chunk.map((event) => event.event_id),
    [message],
  );
  await alice.refused(400, 'M_BAD_PAGINATION', 'GET', v1('/events'), { query: { from: 'nonsense' } });
  await alice.refused(400, 'M_INVALID_PARAM', 'GET', v1('/events'), { query: { timeout: 'soon' } });
});

test('the form of today’s specification has events of rooms only', async () => {
  const room = await alice.createRoom();
  const { end: from } = await alice.ok('GET', '/_matrix/client/v3/events', { query: { timeout: 0 } });
  await alice.ok('PUT', `/_matrix/client/v3/user/${encodeURIComponent(alice.userId)}/account_data/org.example.x`, { body: {} });
  const message = await alice.sendText(room, 'hello');
  const { chunk } = await alice.ok('GET', '/_matrix/client/v3/events', { query: { from, timeout: 0 } });
  assert.deepEqual(
    chunk.map((event: Event) => [event.event_id, event['user_id']]),
    [[message, undefined]],
  );
});

test('rooms that are world readable can be looked into, others not', async () => {
  const open = await alice.createRoom({
    preset: 'public_chat',
    initial_state: [{ type: 'm.room.history_visibility', content: { history_visibility: 'world_readable' } }],
  });
  const closed = await alice.createRoom({ preset: 'public_chat' });
  const { end: from } = await events(bob, { room_id: [open] });
  const answer = events(bob, { from, room_id: [open], timeout: 20_000 });
  await waiting(1);
  const message = await alice.sendText(open, 'for everybody');
  assert.deepEqual(
    (await answer).chunk.map((event) => event.event_id),
    [message],
  );
  await alice.setState(open, 'm.room.history_visibility', '', { history_visibility: 'shared' });
  await alice.sendText(open, 'no more');
  for (const room of [closed, open, '!nowhere:hearth.test', 'x']) {
    await bob.refused(403, 'M_FORBIDDEN', 'GET', v1('/events'), { query: { room_id: room, timeout: 0 } });
    await bob.refused(403, 'M_FORBIDDEN', 'GET', v1(`${roomPath(room)}/initialSync`));
  }
  await alice.setState(open, 'm.room.history_visibility', '', { history_visibility: 'world_readable' });
  const { chunk } = await events(bob, { from, room_id: [open] });
  assert.ok(chunk.some((event) => event.event_id === message) && !JSON.stringify(chunk).includes('no more'));
  const peeked = await bob.ok('GET', v1(`${roomPath(open)}/initialSync`));
  assert.equal(peeked.membership, undefined);
  assert.ok(!JSON.stringify(peeked).includes('no more'));
});

test('initialSync shows every room with its newest messages and its state, oldest first', async () => {
  const carol = await hearth.client.register('carol', 'password of carol');
  const room = await carol.createRoom({ preset: 'public_chat', visibility: 'public', name: 'Hall' });
  const sent: string[] = [];
  for (let count = 0; count < 4; count += 1) sent.push(await carol.sendText(room, `message ${count}`));
  await carol.ok('POST', `/_matrix/client/v2_alpha${roomPath(room)}/receipt/m.read/${encodeURIComponent(sent[0] as string)}`, { body: {} });
  await carol.ok('PUT', `/_matrix/client/v3/user/${encodeURIComponent(carol.userId)}${roomPath(room)}/account_data/m.tag`, {
    body: { tags: { x: {} } },
  });
  const invited = await alice.createRoom({ name: 'Party', invite: [carol.userId] });
  const left = await carol.createRoom({ name: 'Left' });
  await carol.leave(left);
  const body = await carol.ok('GET', v1('/initialSync'), { query: { limit: 3 } });
  assert.deepEqual(Object.keys(body).toSorted(), ['account_data', 'end', 'presence', 'receipts', 'rooms']);
  const of = (id: string): Record<string, never> => body.rooms.find((each: Event) => each.room_id === id);
  const hall = of(room) as unknown as {
    membership: string;
    visibility: string;
    messages: { start: string; end: string; chunk: Event[] };
    state: Event[];
    account_data: Event[];
  };
  assert.deepEqual([hall.membership, hall.visibility], ['join', 'public']);
  assert.deepEqual(
    hall.messages.chunk.map((event) => event.event_id),
    sent.slice(1),
  );
  assert.ok(hall.state.some((event) => event.type === 'm.room.name' && event['user_id'] === carol.userId));
  assert.deepEqual(hall.account_data, [{ type: 'm.tag', content: { tags: { x: {} } } }]);
  assert.deepEqual(
    body.receipts.map((event: Event) => [event.type, event.room_id]),
    [['m.receipt', room]],
  );
  const party = of(invited) as unknown as {
    membership: string;
    inviter: string;
    visibility: string;
    invite: Event;
    messages: { chunk: Event[] };
  };
  assert.deepEqual(
    [party.membership, party.inviter, party.visibility, party.invite['membership']],
    ['invite', alice.userId, 'private', 'invite'],
  );
  assert.deepEqual(party.messages.chunk, [party.invite]);
  assert.equal(of(left), undefined);
  const older = await carol.ok('GET', v1(`${roomPath(room)}/messages`), { query: { from: hall.messages.start, dir: 'b', limit: 1 } });
  assert.equal(older.chunk[0].event_id, sent[0]);
  const news = await carol.sendText(room, 'after');
  assert.deepEqual(
    ofRooms((await events(carol, { from: body.end })).chunk).map((event) => event.event_id),
    [news],
  );
  const none = await carol.ok('GET', v1('/initialSync'), { query: { limit: 0 } });
  assert.ok(none.rooms.every((each: { messages: { chunk: Event[] } }) => each.messages.chunk.length > 0));
  await carol.refused(400, 'M_INVALID_PARAM', 'GET', v1('/initialSync'), { query: { limit: 'many' } });
});

test('with archived, left rooms are there as they were on leaving, until they are forgotten', async () => {
  const room = await alice.createRoom({ preset: 'public_chat', name: 'Then' });
  await bob.join(room);
  await bob.leave(room);
  await alice.setState(room, 'm.room.name', '', { name: 'Now' });
  const find = async (): Promise<Record<string, unknown> | undefined> =>
    (await bob.ok('GET', v1('/initialSync'), { query: { archived: true } })).rooms.find((each: Event) => each.room_id === room);
  const shown = await find();
  assert.equal(shown?.['membership'], 'leave');
  assert.ok(JSON.stringify(shown).includes('Then') && !JSON.stringify(shown).includes('Now'));
  const alone = await bob.ok('GET', v1(`${roomPath(room)}/initialSync`));
  assert.equal(alone.membership, 'leave');
  assert.ok(!JSON.stringify(alone).includes('Now'));
  await bob.refused(403, 'M_FORBIDDEN', 'GET', v1('/events'), { query: { room_id: room, timeout: 0 } });
  await bob.forget(room);
  assert.equal(await find(), undefined);
  await bob.refused(403, 'M_FORBIDDEN', 'GET', v1(`${roomPath(room)}/initialSync`));
});

test('one room can be asked for alone, in the form of either time', async () => {
  const room = await alice.createRoom({ name: 'Alone' });
  const message = await alice.sendText(room, 'hello');
  const old = await alice.ok('GET', v1(`${roomPath(room)}/initialSync`), { query: { limit: 1 } });
  assert.deepEqual(Object.keys(old).toSorted(), [
    'account_data',
    'membership',
    'messages',
    'presence',
    'receipts',
    'room_id',
    'state',
    'visibility',
  ]);
  assert.deepEqual(
    old.messages.chunk.map((event: Event) => [event.event_id, event['user_id']]),
    [[message, alice.userId]],
  );
  for (const version of ['v3', 'r0']) {
    const today = await alice.ok('GET', `/_matrix/client/${version}${roomPath(room)}/initialSync`);
    assert.equal(today.messages.chunk.at(-1).event_id, message);
    assert.ok((await alice.ok('GET', `/_matrix/client/${version}/initialSync`)).rooms.length > 0);
  }
  await alice.invite(room, bob.userId);
  await bob.refused(403, 'M_FORBIDDEN', 'GET', v1(`${roomPath(room)}/initialSync`));
});

test('somebody ignored does not reach the streams of 2015 either, and knocks do not appear there', async () => {
  const dave = await hearth.client.register('dave', 'password of dave');
  const room = await alice.createRoom({ preset: 'public_chat' });
  await dave.join(room);
  await dave.ok('PUT', `/_matrix/client/v3/user/${encodeURIComponent(dave.userId)}/account_data/m.ignored_user_list`, {
    body: { ignored_users: { [alice.userId]: {} } },
  });
  const { end: from } = await events(dave);
  await alice.sendText(room, 'unheard');
  await alice.createRoom({ invite: [dave.userId] });
  const club = await alice.createRoom({ initial_state: [{ type: 'm.room.join_rules', content: { join_rule: 'knock' } }] });
  await dave.setState(club, 'm.room.member', dave.userId, { membership: 'knock' });
  assert.deepEqual(await allFrom(dave, from), []);
  const rooms = (await dave.ok('GET', v1('/initialSync'))).rooms;
  assert.deepEqual(
    rooms.map((each: Event) => each.room_id),
    [room],
  );
});

test('v2_alpha sync always has its keys', async () => {
  const eve = await hearth.client.register('eve', 'password of eve');
  const { next_batch: since } = await eve.ok('GET', '/_matrix/client/v2_alpha/sync');
  const body = await eve.ok('GET', '/_matrix/client/v2_alpha/sync', { query: { since, set_presence: 'offline' } });
  assert.deepEqual(
    [body.rooms.join, body.rooms.invite, body.rooms.leave, body.presence.events, body.account_data.events],
    [{}, {}, {}, [], []],
  );
});
