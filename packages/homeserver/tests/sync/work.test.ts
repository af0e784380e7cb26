import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import type { Requester } from '../../src/http/route.ts';
import { createSync } from '../../src/sync/slice.ts';
import type { Sync, SyncAnswer } from '../../src/sync/sync.ts';
import { roomVersionRules, type RoomVersionRules } from '@hearth/protocol';
import { newsOf, type Session, startHearth, type TestHearth } from '@hearth/testkit';

/*
 * What /sync costs, in rows and texts: how fast a machine is has no part in it.
 */

let hearth: TestHearth;
let alice: Session;
before(async () => {
  hearth = await startHearth();
  alice = await hearth.client.register('alice', 'password of alice');
});
after(() => hearth.stop());

const rules = roomVersionRules('12') as RoomVersionRules;
const signal = new AbortController().signal;

/** A room of Alice's, made without the API's other costs. */
async function bareRoom(name: string): Promise<string> {
  const member = { type: 'm.room.member', sender: alice.userId, stateKey: alice.userId, content: { membership: 'join' } };
  const joinRules = { type: 'm.room.join_rules', sender: alice.userId, stateKey: '', content: { join_rule: 'public' } };
  return (
    await hearth.server.spine.engine.createRoom({ rules, creator: alice.userId, creationContent: { name }, events: [member, joinRules] })
  ).roomId;
}

async function requesterOf({ userId }: Session): Promise<Requester> {
  return { userId, user: await hearth.server.spine.engine.internUser(userId), deviceId: 'D', isGuest: false, isAdmin: false };
}

/** The least of several readings: followers read beside them, behind everybody's back. */
async function leastRead(act: () => Promise<void>): Promise<{ readonly rows: number; readonly statements: number }> {
  const { counters } = hearth.server.database;
  const least = { rows: Number.POSITIVE_INFINITY, statements: Number.POSITIVE_INFINITY };
  for (let count = 0; count < 20; count += 1) {
    const before = { ...counters };
    await act();
    least.rows = Math.min(least.rows, counters.rowsRead - before.rowsRead);
    least.statements = Math.min(least.statements, counters.statementsRead - before.statementsRead);
  }
  return least;
}

async function textOf(answer: SyncAnswer): Promise<string> {
  return 'preparedJson' in answer ? Buffer.from(answer.preparedJson).toString() : (await Array.fromAsync(answer.jsonParts)).join('');
}

/** /sync without HTTP, for many users who have no passwords. */
function syncService(): Sync {
  const { spine, database } = hearth.server;
  return createSync({
    ...spine,
    database,
    clock: { now: () => 0, monotonic: () => 0, setTimer: () => ({ cancel: () => undefined }) },
    ignoredUsers: async () => new Set(),
    inviteVerdict: async () => 'allow',
    pushRules: async () => undefined,
    followsThread: async () => false,
    stickyEvents: async () => [],
    follow: () => () => undefined,
    sections: [],
    extensions: [],
  }).service;
}

test('an incremental sync with nothing new in 2,000 rooms reads no row at all, and one with news in one room reads a few', async () => {
  const rooms: string[] = [];
  for (let count = 0; count < 2_000; count += 50) {
    rooms.push(...(await Promise.all(Array.from({ length: 50 }, (_, index) => bareRoom(`room ${count + index}`)))));
  }
  const { next_batch: since } = await alice.sync({ filter: JSON.stringify({ room: { timeline: { limit: 1 } } }) });
  await alice.sync({ since });
  const nothing = await leastRead(async () => assert.deepEqual(newsOf(await alice.sync({ since })), []));
  assert.deepEqual(nothing, { rows: 0, statements: 0 });
  const event = await alice.sendText(rooms[500] as string, 'news');
  const service = syncService();
  await textOf(await service.sync({ requester: await requesterOf(alice), query: { since }, generation: 'v3', signal }));
  assert.equal(service.roomsMade, 1);
  const news = await leastRead(async () => {
    const { join } = (await alice.sync({ since })).rooms;
    assert.deepEqual([Object.keys(join), join[rooms[500] as string].timeline.events[0].event_id], [[rooms[500]], event]);
  });
  assert.ok(news.rows <= 10, `${news.rows} rows`);
});

test('a first sync is made room by room, and never a room ahead of the client', async () => {
  const service = syncService();
  const answer = await service.sync({ requester: await requesterOf(alice), query: {}, generation: 'v3', signal });
  assert.ok('jsonParts' in answer);
  assert.equal(service.roomsMade, 0);
  let [taken, longest] = [0, 0];
  for await (const part of answer.jsonParts) {
    if (part.includes('"timeline"')) taken += 1;
    assert.ok(service.roomsMade <= taken + 1, `${service.roomsMade} rooms were made when ${taken} were taken`);
    longest = Math.max(longest, part.length);
  }
  assert.ok(taken >= 2_000);
  assert.ok(longest < 10_000, `a part of ${longest} characters`);
});

test('one event for 1,000 waiting clients wakes each once and becomes text once', async () => {
  const { engine, notifier, clientEvents } = hearth.server.spine;
  const roomId = await bareRoom('crowd');
  const elsewhere = await bareRoom('elsewhere');
  const users = Array.from({ length: 1_000 }, (_, index) => `@user${index}:hearth.test`);
  for (let start = 0; start < users.length; start += 100) {
    const joins = users
      .slice(start, start + 100)
      .map((user) => ({ type: 'm.room.member', sender: user, stateKey: user, content: { membership: 'join' } }));
    await engine.submitAll(roomId, joins);
  }
  const service = syncService();
  const requesters: Requester[] = [];
  for (const userId of users)
    requesters.push({ userId, user: await engine.internUser(userId), deviceId: 'D', isGuest: false, isAdmin: false });
  const filter = JSON.stringify({ room: { timeline: { limit: 1 }, state: { lazy_load_members: true } } });
  const first = await service.sync({ requester: requesters[0] as Requester, query: { filter }, generation: 'v3', signal });
  const { next_batch: since } = JSON.parse(await textOf(first)) as { next_batch: string };
  const answers = requesters.map((requester) =>
    service.sync({ requester, query: { since, filter, timeout: 60_000 }, generation: 'v3', signal }),
  );
  while (notifier.waitingUsers < users.length) await new Promise((resolve) => setImmediate(resolve));
  const before = { wakes: notifier.wakes, texts: clientEvents.baseTexts.serialisations };
  await alice.sendText(elsewhere, 'for nobody');
  assert.equal(notifier.wakes, before.wakes);
  const event = await alice.sendText(roomId, 'for all');
  for (const answer of await Promise.all(answers)) assert.ok((await textOf(answer)).includes(event));
  assert.equal(notifier.wakes - before.wakes, 1_000);
  // The message, and the member event of the one who sent it.
  assert.ok(clientEvents.baseTexts.serialisations - before.texts <= 2);
});
