import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { TestClock } from '@hearth/kit/testing';
import { newsOf, type Session, startHearth, type TestHearth } from '@hearth/testkit';

let hearth: TestHearth;
let alice: Session;
let bob: Session;
let room: string;
before(async () => {
  hearth = await startHearth();
  alice = await hearth.client.register('alice', 'password of alice');
  bob = await hearth.client.register('bob', 'password of bob');
  room = await alice.createRoom({ preset: 'public_chat' });
  await bob.join(room);
});
after(() => hearth.stop());

const notifier = (server = hearth): TestHearth['server']['spine']['notifier'] => server.server.spine.notifier;
/** Resolves when so many users are waiting. */
async function waiting(users: number, server = hearth): Promise<void> {
  while (notifier(server).waitingUsers < users) await new Promise((resolve) => setImmediate(resolve));
}

test('a waiting sync is answered by the event it waits for', async () => {
  const { next_batch: since } = await bob.sync();
  const answer = bob.sync({ since, timeout: 20_000 });
  await waiting(1);
  const event = await alice.sendText(room, 'wake up');
  assert.equal((await answer).rooms.join[room].timeline.events[0].event_id, event);
});

for (const [what, act] of [
  [
    'a receipt',
    async () =>
      alice.ok('POST', `/_matrix/client/v3/rooms/${encodeURIComponent(room)}/receipt/m.read/${encodeURIComponent(await newest())}`, {
        body: {},
      }),
  ],
  [
    'typing',
    () =>
      alice.ok('PUT', `/_matrix/client/v3/rooms/${encodeURIComponent(room)}/typing/${encodeURIComponent(alice.userId)}`, {
        body: { typing: true },
      }),
  ],
  [
    'own account data',
    () => bob.ok('PUT', `/_matrix/client/v3/user/${encodeURIComponent(bob.userId)}/account_data/m.test`, { body: { n: 1 } }),
  ],
  ['an invitation', async () => alice.invite(await alice.createRoom(), bob.userId)],
  ['a room joined on another device', async () => bob.join(await alice.createRoom({ preset: 'public_chat' }))],
] as const) {
  test(`${what} wakes a waiting sync`, async () => {
    const { next_batch: since } = await bob.sync();
    const answer = bob.sync({ since, timeout: 20_000 });
    await waiting(1);
    await act();
    assert.ok(newsOf(await answer).length > 0);
  });
}

async function newest(): Promise<string> {
  return alice.sendText(room, 'newest').then(async (event) => {
    await bob.sync();
    return event;
  });
}

test('a commit wakes those it concerns and nobody else', async () => {
  const carol = await hearth.client.register('carol', 'password of carol');
  const { next_batch: since } = await carol.sync();
  const { next_batch: bobs } = await bob.sync();
  const quiet = carol.sync({ since, timeout: 20_000 });
  const woken = bob.sync({ since: bobs, timeout: 20_000 });
  await waiting(2);
  const before = notifier().wakes;
  await alice.sendText(room, 'for bob');
  await woken;
  assert.equal(notifier().wakes - before, 1);
  await hearth.client
    .withToken(carol.token)
    .ok('PUT', `/_matrix/client/v3/user/${encodeURIComponent(carol.userId)}/account_data/m.test`, { body: { n: 1 } });
  await quiet;
});

test('what the filter drops does not answer a waiting sync', async () => {
  const other = await alice.createRoom({ preset: 'public_chat' });
  await bob.join(other);
  const { next_batch: since } = await bob.sync();
  const answer = bob.sync({ since, timeout: 20_000, filter: JSON.stringify({ room: { rooms: [other] } }) });
  await waiting(1);
  await alice.sendText(room, 'not wanted');
  await waiting(1);
  const event = await alice.sendText(other, 'wanted');
  const { rooms } = await answer;
  assert.deepEqual([Object.keys(rooms.join), rooms.join[other].timeline.events[0].event_id], [[other], event]);
});

test('a sync without news answers when its time is up, with a token that goes on', async () => {
  const clock = new TestClock();
  const server = await startHearth({ clock });
  try {
    const dora = await server.client.register('dora', 'password of dora');
    const { next_batch: since } = await dora.sync();
    const answer = dora.sync({ since, timeout: 30_000 });
    await waiting(1, server);
    clock.advance(29_999);
    assert.equal(notifier(server).waitingUsers, 1);
    clock.advance(1);
    assert.deepEqual(newsOf(await answer), []);
    assert.equal(notifier(server).waitingUsers, 0);
  } finally {
    await server.stop();
  }
});

test('a client that goes away leaves nothing waiting', async () => {
  const { next_batch: since } = await bob.sync();
  const alone = hearth.client.withToken(bob.token);
  const controller = new AbortController();
  const { request } = await import('undici');
  const gone = request(`${hearth.baseUrl}/_matrix/client/v3/sync?timeout=60000&since=${since}`, {
    headers: { authorization: `Bearer ${alone.token}` },
    signal: controller.signal,
  }).catch(() => undefined);
  await waiting(1);
  controller.abort();
  await gone;
  while (notifier().waitingUsers > 0) await new Promise((resolve) => setImmediate(resolve));
});

test('a stop of the server answers who waits, and the token goes on after the restart', async () => {
  const server = await startHearth();
  const dora = await server.client.register('dora', 'password of dora');
  const mine = await dora.createRoom();
  const { next_batch: since } = await dora.sync();
  const answer = dora.sync({ since, timeout: 60_000 });
  await waiting(1, server);
  await server.server.stop();
  const { next_batch: next } = await answer;
  const again = await server.restart();
  try {
    const client = again.client.withToken(dora.token);
    const event = await client.sendText(mine, 'after the restart');
    const body = await client.sync({ since: next });
    assert.deepEqual(
      body.rooms.join[mine].timeline.events.map((each: { event_id: string }) => each.event_id),
      [event],
    );
  } finally {
    await again.stop();
  }
});
