import assert from 'node:assert/strict';

import { allRooms, clientOf, onEachServer, password, type Server } from '../sliding-sync/people.ts';
import type { Session } from '@hearth/testkit';

type Counts = { readonly notification_count: number; readonly highlight_count: number };
type Pair = readonly [notified: number, highlighted: number];
type Two = { readonly alice: Session; readonly bob: Session; readonly room: string };

const pair = (counts: Counts): Pair => [counts.notification_count, counts.highlight_count];
const rule = (kind: string, id: string, part = ''): string =>
  `/_matrix/client/v3/pushrules/global/${kind}/${encodeURIComponent(id)}${part}`;
const highlighting = ['notify', { set_tweak: 'highlight' }];

/** A public room that the first made and the second, whose counts are looked at, is in. */
async function two({ somebody }: Server): Promise<Two> {
  const [alice, bob] = [await somebody(), await somebody()];
  const room = await alice.createRoom({ preset: 'public_chat' });
  await bob.join(room);
  return { alice, bob, room };
}

async function put(who: Session, kind: string, id: string, body: object): Promise<void> {
  await who.ok('PUT', rule(kind, id), { body });
}

function say(who: Session, room: string, body: string, more: object = {}): Promise<string> {
  return who.send(room, 'm.room.message', { msgtype: 'm.text', body, ...more });
}

function read(who: Session, room: string, event: string, body: object = {}): Promise<unknown> {
  return who.ok('POST', `/_matrix/client/v3/rooms/${encodeURIComponent(room)}/receipt/m.read/${encodeURIComponent(event)}`, { body });
}

let connections = 0;

/** What both kinds of sync say to somebody who knows nothing yet. */
async function countsOf(who: Session, room: string): Promise<Pair> {
  const counts = pair((await who.sync()).rooms.join[room].unread_notifications);
  const sliding = (await clientOf(who, { ...allRooms(), conn_id: `c${(connections += 1)}` }).sync()).rooms[room];
  assert.deepEqual([sliding.notification_count, sliding.highlight_count], counts, 'sliding sync says the same');
  return counts;
}

async function byThread(who: Session, room: string): Promise<{ readonly main: Pair; readonly threads: Record<string, Pair> }> {
  const filter = JSON.stringify({ room: { timeline: { unread_thread_notifications: true } } });
  const joined = (await who.sync({ filter })).rooms.join[room];
  const threads = Object.entries((joined.unread_thread_notifications ?? {}) as Record<string, Counts>);
  return { main: pair(joined.unread_notifications), threads: Object.fromEntries(threads.map(([root, counts]) => [root, pair(counts)])) };
}

const inThread = (root: string, more: object = {}): object => ({ 'm.relates_to': { rel_type: 'm.thread', event_id: root }, ...more });

onEachServer('unread counts by one’s own push rules', (it) => {
  it('a muted room counts nothing, not even mentions, and what waited counts when it is muted no more', async (server) => {
    const { alice, bob, room } = await two(server);
    await put(bob, 'override', room, { actions: [], conditions: [{ kind: 'event_match', key: 'room_id', pattern: room }] });
    await say(alice, room, 'one');
    await say(alice, room, 'two', { 'm.mentions': { user_ids: [bob.userId] } });
    assert.deepEqual(await countsOf(bob, room), [0, 0]);
    const other = await alice.createRoom({ preset: 'public_chat' });
    await bob.join(other);
    await say(alice, other, 'elsewhere');
    assert.deepEqual(await countsOf(bob, other), [1, 0]);
    const { next_batch: since } = await bob.sync();
    await bob.ok('DELETE', rule('override', room));
    const told = await bob.sync({ since });
    assert.deepEqual(pair(told.rooms.join[room].unread_notifications), [2, 1], 'and that is told at once');
    assert.equal(told.rooms.join[other], undefined);
  });

  it('with mentions only, messages do not count and mentions do', async (server) => {
    const { alice, bob, room } = await two(server);
    await put(bob, 'room', room, { actions: [] });
    await say(alice, room, 'one');
    assert.deepEqual(await countsOf(bob, room), [0, 0]);
    const mention = await say(alice, room, 'two', { 'm.mentions': { user_ids: [bob.userId] } });
    await say(alice, room, 'three', { 'm.mentions': { room: true } });
    assert.deepEqual(await countsOf(bob, room), [2, 2]);
    await read(bob, room, mention);
    assert.deepEqual(await countsOf(bob, room), [1, 1]);
    await say(bob, room, 'mine');
    assert.deepEqual(await countsOf(bob, room), [0, 0], 'speaking reads all that was there');
  });

  it('a keyword highlights in every room, whatever its type of message', async (server) => {
    const { alice, bob, room } = await two(server);
    await put(bob, 'content', 'cake', { actions: highlighting, pattern: 'cake' });
    await say(alice, room, 'no pancakes');
    await say(alice, room, 'there is cake');
    await alice.send(room, 'org.example.note', { body: 'More CAKE.' });
    assert.deepEqual(await countsOf(bob, room), [3, 2]);
    assert.deepEqual(await countsOf(alice, room), [0, 0]);
  });

  it('what one sender says does not count where a rule says so', async (server) => {
    const { alice, bob, room } = await two(server);
    const carol = await server.somebody();
    await carol.join(room);
    await put(bob, 'sender', alice.userId, { actions: [] });
    await say(alice, room, 'one');
    await say(carol, room, 'two');
    assert.deepEqual(await countsOf(bob, room), [1, 0]);
  });

  it('the master rule silences all rooms, and the rules below it hold again without it', async (server) => {
    const { alice, bob, room } = await two(server);
    await say(alice, room, 'one', { 'm.mentions': { user_ids: [bob.userId] } });
    await bob.ok('PUT', rule('override', '.m.rule.master', '/enabled'), { body: { enabled: true } });
    assert.deepEqual(await countsOf(bob, room), [0, 0]);
    await bob.ok('PUT', rule('override', '.m.rule.master', '/enabled'), { body: { enabled: false } });
    assert.deepEqual(await countsOf(bob, room), [1, 1]);
  });

  it('rules may count what default rules do not: notices, and state after the last thing read', async (server) => {
    const { alice, bob, room } = await two(server);
    await put(bob, 'override', 'topics', {
      actions: ['notify'],
      conditions: [{ kind: 'event_match', key: 'type', pattern: 'm.room.topic' }],
    });
    await alice.setState(room, 'm.room.topic', '', { topic: 'before' });
    const last = await say(alice, room, 'one');
    await alice.setState(room, 'm.room.topic', '', { topic: 'after' });
    assert.deepEqual(await countsOf(bob, room), [3, 0]);
    await read(bob, room, last);
    assert.deepEqual(await countsOf(bob, room), [1, 0]);
    await bob.ok('PUT', rule('override', '.m.rule.suppress_notices', '/enabled'), { body: { enabled: false } });
    await say(alice, room, 'beep', { msgtype: 'm.notice' });
    assert.deepEqual(await countsOf(bob, room), [2, 0]);
  });

  it('the name that a reader has in the room, and the power of the sender, are those at the event', async (server) => {
    const { alice, bob, room } = await two(server);
    const member = (displayname: string): Promise<unknown> =>
      bob.setState(room, 'm.room.member', bob.userId, { membership: 'join', displayname });
    await put(bob, 'override', 'name', { actions: highlighting, conditions: [{ kind: 'contains_display_name' }] });
    await member('Robert');
    await say(alice, room, 'Robert!');
    const carol = await server.somebody();
    await carol.join(room);
    await say(carol, room, 'all', { 'm.mentions': { room: true } });
    await alice.setState(room, 'm.room.power_levels', '', { users: { [carol.userId]: 50 } });
    assert.deepEqual(await countsOf(bob, room), [2, 1]);
    await say(carol, room, 'all', { 'm.mentions': { room: true } });
    assert.deepEqual(await countsOf(bob, room), [3, 2]);
  });

  it('threads are counted apart and read apart, also after a restart, and events as they come', async (server) => {
    const { alice, bob, room } = await two(server);
    await put(bob, 'content', 'cake', { actions: highlighting, pattern: 'cake' });
    const root = await say(alice, room, 'root');
    const first = await say(alice, room, 'cake', inThread(root));
    await say(alice, room, 'answer', inThread(root));
    assert.deepEqual(await byThread(bob, room), { main: [1, 0], threads: { [root]: [2, 1] } });
    assert.deepEqual(await countsOf(bob, room), [3, 1]);
    await read(bob, room, first, { thread_id: root });
    assert.deepEqual(await byThread(bob, room), { main: [1, 0], threads: { [root]: [1, 0] } });
    const hearth = await server.restart();
    const [again, bobAgain] = await Promise.all([alice, bob].map(({ userId }) => hearth.client.login(userId, password)));
    assert.ok(again && bobAgain);
    assert.deepEqual(await byThread(bobAgain, room), { main: [1, 0], threads: { [root]: [1, 0] } });
    let since: string = (await bobAgain.sync()).next_batch;
    for (const [body, total] of [
      ['plain', [3, 0]],
      ['cake', [4, 1]],
      ['plain', [5, 1]],
    ] as const) {
      await say(again, room, body, body === 'cake' ? inThread(root) : {});
      const news: Awaited<ReturnType<Session['sync']>> = await bobAgain.sync({ since });
      since = news.next_batch;
      assert.deepEqual(pair(news.rooms.join[room].unread_notifications), total);
    }
    await read(bobAgain, room, root, { thread_id: 'main' });
    const counts = await byThread(bobAgain, room);
    assert.deepEqual(counts.threads, { [root]: [2, 1] });
    assert.deepEqual(counts.main, [2, 0], 'what came after the root in the main timeline');
  });

  it('where one asks for followed threads, others count only by mentions, and followed ones also in a silent room', async (server) => {
    const { alice, bob, room } = await two(server);
    for (const which of ['unsubscribed', 'subscribed'])
      await bob.ok('PUT', rule('postcontent', `.io.element.msc4306.rule.${which}_thread`, '/enabled'), { body: { enabled: true } });
    await put(bob, 'room', room, { actions: [] });
    const [one, other] = [await say(alice, room, 'one'), await say(alice, room, 'other')];
    await say(alice, room, 'answer', inThread(one));
    await say(alice, room, 'hey', inThread(one, { 'm.mentions': { user_ids: [bob.userId] } }));
    await say(alice, room, 'answer', inThread(other));
    assert.deepEqual(await byThread(bob, room), { main: [0, 0], threads: { [one]: [1, 1] } });
    const path = `/_matrix/client/unstable/io.element.msc4306/rooms/${encodeURIComponent(room)}/thread/${encodeURIComponent(other)}/subscription`;
    await bob.ok('PUT', path, { body: {} });
    assert.deepEqual(await byThread(bob, room), { main: [0, 0], threads: { [one]: [1, 1], [other]: [1, 0] } });
    await bob.ok('DELETE', path);
    await say(alice, room, 'answer', inThread(other));
    assert.deepEqual(await byThread(bob, room), { main: [0, 0], threads: { [one]: [1, 1] } });
    await bob.refused(400, 'M_INVALID_PARAM', 'PUT', rule('postcontent', 'mine'), { body: { actions: [], conditions: [] } });
  });

  it('a reader who follows a room costs the evaluation of what is new, however much is unread', async (server) => {
    const { alice, bob, room } = await two(server);
    await put(bob, 'content', 'cake', { actions: highlighting, pattern: 'cake' });
    for (let count = 0; count < 30; count += 1) await say(alice, room, 'x');
    const { next_batch: since } = await bob.sync();
    const { engine } = server.hearth.server.spine;
    const events = engine.events.bind(engine);
    let looked = 0;
    engine.events = (numbers) => {
      looked += numbers.length;
      return events(numbers);
    };
    await say(alice, room, 'x');
    const news = await bob.sync({ since });
    engine.events = events;
    assert.equal(news.rooms.join[room].unread_notifications.notification_count, 31);
    assert.ok(looked < 10, `${looked} events looked at for one`);
  });
});
