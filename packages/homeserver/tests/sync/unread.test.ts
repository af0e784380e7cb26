import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';

import { type Session, SlidingClient, startHearth, type TestHearth } from '@hearth/testkit';

let hearth: TestHearth;
let alice: Session;
let bob: Session;
let room: string;
before(async () => {
  hearth = await startHearth();
  alice = await hearth.client.register('alice', 'password of alice');
  bob = await hearth.client.register('bob', 'password of bob');
});
beforeEach(async () => {
  room = await alice.createRoom({ preset: 'public_chat' });
  await bob.join(room);
});
after(() => hearth.stop());

type Counts = { notification_count: number; highlight_count: number };
const counts = async (): Promise<[number, number]> => {
  const unread: Counts = (await bob.sync()).rooms.join[room].unread_notifications;
  return [unread.notification_count, unread.highlight_count];
};
const receipt = (event: string, type = 'm.read', body: object = {}): Promise<unknown> =>
  bob.ok('POST', `/_matrix/client/v3/rooms/${encodeURIComponent(room)}/receipt/${type}/${encodeURIComponent(event)}`, { body });
const say = (content: object, type = 'm.room.message'): Promise<string> =>
  alice.send(room, type, { msgtype: 'm.text', body: 'x', ...content });

test('what was said before joining is not unread, what is said after is, until it is read', async () => {
  const other = await alice.createRoom({ preset: 'public_chat' });
  await alice.sendText(other, 'early');
  await bob.join(other);
  assert.equal((await bob.sync()).rooms.join[other].unread_notifications.notification_count, 0);
  const first = await say({});
  await say({});
  assert.deepEqual(await counts(), [2, 0]);
  await receipt(first);
  assert.deepEqual(await counts(), [1, 0]);
});

test('a mention that is taken back highlights nothing any more', async () => {
  const mention = await say({ 'm.mentions': { user_ids: [bob.userId] } });
  const everybody = await say({ 'm.mentions': { room: true } });
  const reaction = await say({ 'm.mentions': { user_ids: [bob.userId] } }, 'm.reaction');
  await say({ 'm.mentions': { user_ids: [bob.userId] } });
  assert.deepEqual(await counts(), [4, 4]);
  const { next_batch: since } = await bob.sync();
  for (const event of [mention, everybody, reaction]) await alice.redact(room, event);
  assert.equal((await counts())[1], 1);
  assert.equal((await bob.sync({ since })).rooms.join[room].unread_notifications.highlight_count, 1);
});

test('speaking reads all that was there, and one’s own words are not unread', async () => {
  await say({});
  await bob.sendText(room, 'mine');
  assert.deepEqual(await counts(), [0, 0]);
});

test('mentions are highlights, also in notices; notices and state are not counted', async () => {
  await say({ msgtype: 'm.notice' });
  await alice.setState(room, 'm.room.topic', '', { topic: 'x' });
  assert.deepEqual(await counts(), [0, 0]);
  await say({ 'm.mentions': { user_ids: [bob.userId] } });
  await say({ 'm.mentions': { user_ids: [alice.userId, '@nobody:hearth.test'] } });
  assert.deepEqual(await counts(), [2, 1]);
  const notice = await say({ msgtype: 'm.notice', 'm.mentions': { user_ids: [bob.userId] } });
  const reaction = await say({ 'm.mentions': { user_ids: [bob.userId] } }, 'm.reaction');
  assert.equal((await counts())[1] >= 1, true);
  await receipt(reaction);
  assert.deepEqual(await counts(), [0, 0], 'a mention without a number of its own is read with its event');
  assert.ok(notice);
  await say({});
  assert.deepEqual(await counts(), [1, 0]);
});

test('a mention in a notice after the last thing read is unread', async () => {
  await receipt(await say({}));
  await say({ msgtype: 'm.text', 'm.mentions': { user_ids: [bob.userId] } });
  assert.deepEqual(await counts(), [1, 1]);
});

test('@room is a highlight for everybody if the sender may notify the room', async () => {
  const event = await say({ 'm.mentions': { room: true } });
  assert.deepEqual(await counts(), [1, 1]);
  await receipt(event);
  assert.deepEqual(await counts(), [0, 0]);
  await bob.send(room, 'm.room.message', { msgtype: 'm.text', body: 'x', 'm.mentions': { room: true } });
  const unread = (await alice.sync()).rooms.join[room].unread_notifications;
  assert.deepEqual(unread, { notification_count: 1, highlight_count: 0 });
});

test('the further of the public and the private receipt counts', async () => {
  const [one, two, three] = [await say({}), await say({}), await say({})];
  await receipt(two, 'm.read.private');
  assert.deepEqual(await counts(), [1, 0]);
  await receipt(one);
  assert.deepEqual(await counts(), [1, 0]);
  await receipt(three);
  assert.deepEqual(await counts(), [0, 0]);
});

test('what is read in a thread is read, without the main timeline, and the other way round', async () => {
  const root = await say({});
  const inThread = { 'm.relates_to': { rel_type: 'm.thread', event_id: root } };
  await receipt(root, 'm.read', { thread_id: 'main' });
  const [answer] = [await say(inThread), await say({}), await say(inThread)];
  assert.deepEqual(await counts(), [3, 0]);
  await receipt(answer, 'm.read', { thread_id: root });
  assert.deepEqual(await counts(), [2, 0]);
  const mention = await say({ ...inThread, 'm.mentions': { user_ids: [bob.userId] } });
  assert.deepEqual(await counts(), [3, 1]);
  await receipt(mention, 'm.read', { thread_id: root });
  assert.deepEqual(await counts(), [1, 0]);
});

test('new counts come with the event, and with every receipt of one’s own, whatever the filter says', async () => {
  const { next_batch: since } = await bob.sync();
  const event = await say({});
  const filter = JSON.stringify({ room: { ephemeral: { types: [] } } });
  const first = await bob.sync({ since, filter });
  assert.deepEqual(first.rooms.join[room].unread_notifications, { notification_count: 1, highlight_count: 0 });
  let token = first.next_batch;
  for (const type of ['m.read.private', 'm.read']) {
    await receipt(event, type);
    const next = await bob.sync({ since: token, filter });
    token = next.next_batch;
    assert.deepEqual(next.rooms.join[room].unread_notifications, { notification_count: 0, highlight_count: 0 });
    assert.deepEqual(next.rooms.join[room].ephemeral.events, []);
  }
});

type Threaded = { readonly main: [number, number]; readonly threads: Record<string, [number, number]> };
const threaded = async (session = bob): Promise<Threaded> => {
  const filter = JSON.stringify({ room: { timeline: { unread_thread_notifications: true } } });
  const joined = (await session.sync({ filter })).rooms.join[room];
  const pair = (each: Counts): [number, number] => [each.notification_count, each.highlight_count];
  const threads = Object.entries((joined.unread_thread_notifications ?? {}) as Record<string, Counts>);
  assert.deepEqual(joined['org.matrix.msc3773.unread_thread_notifications'], joined.unread_thread_notifications);
  return { main: pair(joined.unread_notifications), threads: Object.fromEntries(threads.map(([root, each]) => [root, pair(each)])) };
};

test('threads are counted apart where the client asks for it; a receipt reads its own thread, one without a thread reads all', async () => {
  const [one, two] = [await say({}), await say({})];
  const inThread = (root: string, more: object = {}) => ({ 'm.relates_to': { rel_type: 'm.thread', event_id: root }, ...more });
  const answers = [
    await say(inThread(one)),
    await say(inThread(one, { 'm.mentions': { user_ids: [bob.userId] } })),
    await say(inThread(two)),
  ];
  await say(inThread(two, { msgtype: 'm.notice' }));
  assert.deepEqual(await threaded(), { main: [2, 0], threads: { [one]: [2, 1], [two]: [1, 0] } });
  assert.deepEqual(await counts(), [5, 1]);
  await receipt(two, 'm.read', { thread_id: 'main' });
  assert.deepEqual(await threaded(), { main: [0, 0], threads: { [one]: [2, 1], [two]: [1, 0] } });
  assert.deepEqual(await counts(), [3, 1], 'the main timeline’s receipt reads no thread, whatever the order');
  await receipt(answers[0] as string, 'm.read.private', { thread_id: one });
  assert.deepEqual(await threaded(), { main: [0, 0], threads: { [one]: [1, 1], [two]: [1, 0] } });
  const last = await say({});
  await receipt(answers[1] as string, 'm.read', { thread_id: one });
  assert.deepEqual(await threaded(), { main: [1, 0], threads: { [two]: [1, 0] } });
  hearth = await hearth.restart();
  bob = await hearth.client.login('bob', 'password of bob');
  alice = await hearth.client.login('alice', 'password of alice');
  assert.deepEqual(await threaded(), { main: [1, 0], threads: { [two]: [1, 0] } }, 'after a restart');
  await receipt(last);
  assert.deepEqual(await threaded(), { main: [0, 0], threads: {} });
  assert.deepEqual(await counts(), [0, 0]);
});

test('the count of a thread comes with its reply and with the receipt that reads it', async () => {
  const root = await say({});
  const { next_batch: since } = await bob.sync();
  const reply = await say({ 'm.relates_to': { rel_type: 'm.thread', event_id: root } });
  const filter = JSON.stringify({ room: { timeline: { unread_thread_notifications: true } } });
  const first = await bob.sync({ since, filter });
  assert.deepEqual(first.rooms.join[room].unread_thread_notifications, { [root]: { notification_count: 1, highlight_count: 0 } });
  assert.equal(first.rooms.join[room].unread_notifications.notification_count, 1);
  await receipt(reply, 'm.read', { thread_id: root });
  const second = await bob.sync({ since: first.next_batch, filter });
  assert.equal(second.rooms.join[room].unread_thread_notifications, undefined);
});

test('what ignored people say is not unread, in the room, in threads and as a mention, by either sync', async () => {
  const carol = await hearth.client.register(
    `carol-${room
      .slice(1, 8)
      .toLowerCase()
      .replace(/[^a-z0-9]/g, '.')}`,
    'password of carol',
  );
  await carol.join(room);
  const root = await say({});
  const thread = { 'm.relates_to': { rel_type: 'm.thread', event_id: root } };
  const mention = { 'm.mentions': { user_ids: [bob.userId] } };
  for (const more of [{}, mention, thread]) await carol.send(room, 'm.room.message', { msgtype: 'm.text', body: 'x', ...more });
  // Has no running number of its own.
  await carol.send(room, 'org.example.note', mention);
  await say({ ...thread, ...mention });
  const ignore = (users: object): Promise<unknown> =>
    bob.ok('PUT', `/_matrix/client/v3/user/${encodeURIComponent(bob.userId)}/account_data/m.ignored_user_list`, {
      body: { ignored_users: users },
    });
  const both = async (): Promise<unknown[]> => {
    const client = new SlidingClient(bob, { room_subscriptions: { [room]: { required_state: [], timeline_limit: 1 } } });
    await client.sync();
    const filter = JSON.stringify({ room: { timeline: { unread_thread_notifications: true } } });
    const { unread_notifications: main, unread_thread_notifications: threads } = (await bob.sync({ filter })).rooms.join[room];
    return [await counts(), [client.room(room).unread, client.room(room).highlights], main, threads];
  };
  const of = (notifications: number, highlights: number): Counts => ({ notification_count: notifications, highlight_count: highlights });
  assert.deepEqual(await both(), [[6, 3], [6, 3], of(4, 2), { [root]: of(2, 1) }]);
  await ignore({ [carol.userId]: {} });
  assert.deepEqual(await both(), [[2, 1], [2, 1], of(1, 0), { [root]: of(1, 1) }]);
  // Rules of one's own are asked about each event, and not about these.
  const rule = '/_matrix/client/v3/pushrules/global/content/own';
  await bob.ok('PUT', rule, { body: { pattern: 'nobody says this', actions: ['notify'] } });
  assert.deepEqual(await both(), [[2, 1], [2, 1], of(1, 0), { [root]: of(1, 1) }]);
  await ignore({});
  assert.deepEqual(await both(), [[6, 3], [6, 3], of(4, 2), { [root]: of(2, 1) }]);
  await bob.ok('DELETE', rule);
  assert.deepEqual(await counts(), [6, 3]);
});
