import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';

import { TestClock } from '@hearth/kit/testing';
import { answersToWrongTypes, clientPath, newsOf, type Session, SlidingClient, startHearth, type TestHearth } from '@hearth/testkit';

let hearth: TestHearth;
let clock: TestClock;
let alice: Session;
let bob: Session;
let room: string;
let count = 0;
before(async () => {
  clock = new TestClock();
  hearth = await startHearth({ clock, env: { HEARTH_PRESENCE: 'on' } });
});
beforeEach(async () => {
  alice = await somebody('alice');
  bob = await somebody('bob');
  room = await alice.createRoom({ preset: 'public_chat' });
  await bob.join(room);
});
after(() => hearth.stop());

const somebody = (name: string): Promise<Session> => hearth.client.register(`${name}${(count += 1)}`, 'a good password');
const path = (userId: string): string => clientPath`/presence/${userId}/status`;
const say = (client: Session, presence: string, more: object = {}): Promise<unknown> =>
  client.ok('PUT', path(client.userId), { body: { presence, ...more } });
const status = (client: Session, of: Session): Promise<Record<string, unknown>> => client.ok('GET', path(of.userId));
const stateOf = async (client: Session, of: Session): Promise<unknown> => (await status(client, of))['presence'];

type PresenceEvent = { type: string; sender: string; content: { presence: string; status_msg?: string; last_active_ago?: number } };
const eventsIn = (body: { presence?: { events: PresenceEvent[] } }): PresenceEvent[] => body.presence?.events ?? [];
/** [user, state] of all whose presence an answer tells. */
const toldIn = (body: object): string[][] => eventsIn(body).map(({ sender, content }) => [sender, content.presence]);
const byUser = ([a = '']: string[], [b = '']: string[]): number => (a < b ? -1 : 1);

/** Somebody's place after all that there is now. */
const now = async (client: Session): Promise<string> => (await client.sync({ set_presence: 'offline' })).next_batch;
const told = async (client: Session, since: string): Promise<string[][]> => toldIn(await client.sync({ since, set_presence: 'offline' }));

test('who says how they are is seen so by themselves and by those they share a room with, once for each change', async () => {
  assert.deepEqual(await status(alice, alice), { presence: 'offline' });
  const since = await now(bob);
  await say(alice, 'online', { status_msg: 'here' });
  for (const reader of [alice, bob])
    assert.deepEqual(await status(reader, alice), { presence: 'online', status_msg: 'here', last_active_ago: 0, currently_active: true });
  const body = await bob.sync({ since, set_presence: 'offline' });
  assert.deepEqual(eventsIn(body), [
    {
      type: 'm.presence',
      sender: alice.userId,
      content: { presence: 'online', last_active_ago: 0, currently_active: true, status_msg: 'here' },
    },
  ]);
  await say(alice, 'online', { status_msg: 'here' });
  assert.deepEqual(newsOf(await bob.sync({ since: body.next_batch, set_presence: 'offline' })), []);
  await say(alice, 'unavailable');
  assert.deepEqual(await told(bob, body.next_batch), [[alice.userId, 'unavailable']]);
  assert.deepEqual(await status(bob, alice), { presence: 'unavailable', last_active_ago: 0, currently_active: false });
  await say(alice, 'offline');
  assert.deepEqual(await told(bob, body.next_batch), [[alice.userId, 'offline']]);
});

test('asking for news makes one online, or what set_presence says, and nothing with offline', async () => {
  const since = await now(bob);
  await alice.sync({ set_presence: 'offline' });
  assert.deepEqual(await told(bob, since), []);
  await alice.sync({ set_presence: 'unavailable' });
  assert.deepEqual(await told(bob, since), [[alice.userId, 'unavailable']]);
  await alice.sync();
  assert.deepEqual(await told(bob, since), [[alice.userId, 'online']]);
  assert.deepEqual(toldIn(await alice.sync()), [[alice.userId, 'online']]);
});

test('sliding sync makes one online likewise, with set_presence in the query or the body', async () => {
  const asks = { lists: {} };
  for (const [client, presence] of [
    [new SlidingClient(alice, asks), 'online'],
    [new SlidingClient(alice, { ...asks, set_presence: 'unavailable' } as object), 'unavailable'],
  ] as const) {
    await client.sync();
    assert.equal(await stateOf(bob, alice), presence);
  }
  clock.advance(30_000);
  await new SlidingClient(alice, { ...asks, set_presence: 'offline' } as object).sync();
  assert.equal(await stateOf(bob, alice), 'offline');
});

test('half a minute after the last request somebody is offline, and not while one waits', async () => {
  const { next_batch: since } = await alice.sync();
  clock.advance(29_999);
  assert.equal(await stateOf(bob, alice), 'online');
  const waiting = alice.sync({ since, timeout: 60_000 });
  while (hearth.server.spine.notifier.waitingUsers === 0) await new Promise(setImmediate);
  clock.advance(59_999);
  assert.equal(await stateOf(bob, alice), 'online');
  clock.advance(1);
  await waiting;
  clock.advance(29_999);
  assert.equal(await stateOf(bob, alice), 'online');
  const bobs = await now(bob);
  clock.advance(1);
  assert.deepEqual(await told(bob, bobs), [[alice.userId, 'offline']]);
  assert.equal((await status(bob, alice))['last_active_ago'], 29_999 + 60_000 + 30_000);
});

test('who does nothing for five minutes is unavailable though their client goes on asking, until they do something', async () => {
  const keepAsking = async (ms: number): Promise<void> => {
    for (let passed = 0; passed < ms; passed += 20_000) {
      await alice.sync();
      clock.advance(20_000);
    }
    await alice.sync();
  };
  await keepAsking(280_000);
  assert.equal(await stateOf(bob, alice), 'online');
  const since = await now(bob);
  await keepAsking(20_000);
  assert.deepEqual(await told(bob, since), [[alice.userId, 'unavailable']]);
  await alice.sync();
  assert.equal(await stateOf(bob, alice), 'unavailable');
  await alice.sendText(room, 'back');
  assert.equal(await stateOf(bob, alice), 'online');
});

test('any active device makes one online, else any idle one unavailable', async () => {
  const phone = await hearth.client.login(alice.userId, 'a good password');
  await alice.sync({ set_presence: 'unavailable' });
  await phone.sync();
  assert.equal(await stateOf(bob, alice), 'online');
  clock.advance(20_000);
  await alice.sync({ set_presence: 'unavailable' });
  clock.advance(10_000);
  assert.equal(await stateOf(bob, alice), 'unavailable');
  clock.advance(20_000);
  assert.equal(await stateOf(bob, alice), 'offline');
});

test('who comes into a room is told who is there, and those there are told of who came', async () => {
  await say(alice, 'online');
  const carol = await somebody('carol');
  await say(carol, 'unavailable');
  const [alices, carols] = [await now(alice), await now(carol)];
  await carol.join(room);
  const body = await carol.sync({ since: carols, set_presence: 'offline' });
  assert.deepEqual(toldIn(body).toSorted(byUser), [
    [alice.userId, 'online'],
    [carol.userId, 'unavailable'],
  ]);
  assert.deepEqual(newsOf(await carol.sync({ since: body.next_batch, set_presence: 'offline' })), []);
  assert.deepEqual(await told(alice, alices), [[carol.userId, 'unavailable']]);
});

test('strangers, and those who have left, are told nothing and may not ask; an unknown user is not there', async () => {
  const stranger = await somebody('stranger');
  await alice.setState(room, 'm.room.history_visibility', '', { history_visibility: 'world_readable' });
  const [strangers, bobs] = [await now(stranger), await now(bob)];
  await bob.leave(room);
  await say(alice, 'online', { status_msg: 'secret' });
  assert.deepEqual([await told(stranger, strangers), await told(bob, bobs)], [[], []]);
  for (const reader of [stranger, bob]) {
    await reader.refused(403, 'M_FORBIDDEN', 'GET', path(alice.userId));
    await reader.refused(404, 'M_NOT_FOUND', 'GET', path('@nobody:hearth.test'));
    await reader.refused(404, 'M_NOT_FOUND', 'GET', path('@nobody:elsewhere.test'));
  }
  await stranger.refused(400, 'M_INVALID_PARAM', 'GET', path('nobody'));
  const peeked = await stranger.ok('GET', `/_matrix/client/api/v1/rooms/${encodeURIComponent(room)}/initialSync`);
  assert.deepEqual(peeked.presence, []);
  const seen = await stranger.ok('GET', '/_matrix/client/api/v1/events', { query: { room_id: room, from: strangers, timeout: 0 } });
  assert.equal(JSON.stringify(seen).includes('secret'), false);
});

test('one speaks for oneself only, in the words that there are, and not without end', async () => {
  await bob.refused(403, 'M_FORBIDDEN', 'PUT', path(alice.userId), { body: { presence: 'online' } });
  await alice.refused(400, 'M_INVALID_PARAM', 'PUT', path(alice.userId), { body: { presence: 'online', status_msg: 'x'.repeat(256) } });
  for (const presence of ['busy', 'free_for_chat', 'hidden', ''])
    assert.equal((await alice.request('PUT', path(alice.userId), { body: { presence } })).status, 400);
  const answers = await answersToWrongTypes(alice, 'PUT', path(alice.userId), { presence: 'online', status_msg: 'x' });
  assert.deepEqual(
    answers.filter((answer) => answer.status !== 400),
    [],
  );
  assert.deepEqual(await status(alice, alice), { presence: 'offline' });
  const odd = '\u0000 \u{1f600} "quoted" <b>';
  await say(alice, 'online', { status_msg: odd });
  assert.equal((await status(bob, alice))['status_msg'], odd);
});

test('the filter of /sync leaves presence out, by type and by sender', async () => {
  await say(alice, 'online');
  await say(bob, 'online');
  const filtered = async (presence: object): Promise<string[]> =>
    toldIn(await bob.sync({ filter: JSON.stringify({ presence }), set_presence: 'offline' })).map(([user = '']) => user);
  assert.deepEqual((await filtered({})).toSorted(), [alice.userId, bob.userId].toSorted());
  assert.deepEqual(await filtered({ not_types: ['*'] }), []);
  assert.deepEqual(await filtered({ types: ['m.other'] }), []);
  assert.deepEqual(await filtered({ senders: [alice.userId] }), [alice.userId]);
  assert.deepEqual(await filtered({ not_senders: [alice.userId] }), [bob.userId]);
});

test('a change wakes those who share a room and wait for it, once for all changes of half a second, and nobody else', async () => {
  const { notifier } = hearth.server.spine;
  const [carol, stranger] = [await somebody('carol'), await somebody('stranger')];
  await carol.join(room);
  const wait = async (client: Session, filter = '{}'): Promise<ReturnType<Session['sync']>> => {
    const { next_batch: since } = await client.sync({ filter, set_presence: 'offline' });
    return client.sync({ since, filter, timeout: 60_000, set_presence: 'offline' });
  };
  const polls = [wait(bob), wait(carol, '{"presence":{"not_types":["*"]}}'), wait(stranger)];
  while (notifier.waitingUsers < polls.length) await new Promise(setImmediate);
  const before = notifier.wakes;
  await say(alice, 'online');
  await say(alice, 'unavailable');
  assert.equal(notifier.wakes, before);
  clock.advance(500);
  assert.deepEqual(toldIn(await (polls[0] as Promise<object>)), [[alice.userId, 'unavailable']]);
  assert.equal(notifier.wakes, before + 1);
  clock.advance(60_000);
  for (const poll of polls.slice(1)) assert.deepEqual(newsOf(await poll), []);
});

test('presence writes nothing', async () => {
  const before = await hearth.server.database.head();
  for (const state of ['online', 'unavailable', 'offline']) await say(alice, state);
  await alice.sync();
  clock.advance(60_000);
  assert.equal(await hearth.server.database.head(), before);
});

test('after a restart clients are told who is there now', async () => {
  const server = await startHearth({ env: { HEARTH_PRESENCE: 'on' } });
  const [dora, emil] = [await server.client.register('dora', 'a good password'), await server.client.register('emil', 'a good password')];
  await emil.join(await dora.createRoom({ preset: 'public_chat' }));
  const since = await now(emil);
  const again = await server.restart();
  try {
    const [newDora, newEmil] = [again.client.withToken(dora.token), again.client.withToken(emil.token)] as Session[] as [Session, Session];
    await newDora.ok('PUT', path(dora.userId), { body: { presence: 'online' } });
    assert.deepEqual(await told(newEmil, since), [[dora.userId, 'online']]);
  } finally {
    await again.stop();
  }
});

test('where presence is off everybody is offline, and nothing is told', async () => {
  const quiet = await startHearth({ env: { HEARTH_PRESENCE: 'off' } });
  try {
    const dora = await quiet.client.register('dora', 'a good password');
    await say(dora, 'online', { status_msg: 'here' });
    assert.deepEqual(await status(dora, dora), { presence: 'offline' });
    assert.deepEqual(toldIn(await dora.sync()), []);
    await dora.refused(403, 'M_FORBIDDEN', 'PUT', path('@emil:hearth.test'), { body: { presence: 'online' } });
  } finally {
    await quiet.stop();
  }
});
