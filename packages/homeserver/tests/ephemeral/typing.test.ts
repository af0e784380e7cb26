import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';

import { TestClock } from '@hearth/kit/testing';
import { answersToWrongTypes, type Session, startHearth, type TestHearth } from '@hearth/testkit';

let hearth: TestHearth;
let clock: TestClock;
let alice: Session;
let bob: Session;
let room: string;
before(async () => {
  clock = new TestClock();
  hearth = await startHearth({ clock });
  alice = await hearth.client.register('alice', 'password of alice');
  bob = await hearth.client.register('bob', 'password of bob');
});
beforeEach(async () => {
  room = await alice.createRoom({ preset: 'public_chat' });
  await bob.join(room);
});
after(() => hearth.stop());

const path = (user: string, of = room): string => `/_matrix/client/v3/rooms/${encodeURIComponent(of)}/typing/${encodeURIComponent(user)}`;
const type = (client: Session, body: object): Promise<unknown> => client.ok('PUT', path(client.userId), { body });
type Told = { readonly next: string; readonly typing: string[] | undefined };
async function told(client: Session, since?: string): Promise<Told> {
  const body = await client.sync({ since });
  const event = body.rooms?.join[room]?.ephemeral.events.find((each: { type: string }) => each.type === 'm.typing');
  return { next: body.next_batch, typing: event?.content.user_ids };
}

test('typing is told when it starts and when it stops, once each, and to first syncs while it lasts', async () => {
  const first = await told(alice);
  assert.equal(first.typing, undefined);
  await type(bob, { typing: true, timeout: 30_000 });
  const started = await told(alice, first.next);
  assert.deepEqual(started.typing, [bob.userId]);
  assert.deepEqual((await told(alice)).typing, [bob.userId]);
  await type(bob, { typing: true, timeout: 30_000 });
  const same = await told(alice, started.next);
  assert.equal(same.typing, undefined);
  await type(bob, { typing: false });
  const stopped = await told(alice, same.next);
  assert.deepEqual(stopped.typing, []);
  assert.equal((await told(alice, stopped.next)).typing, undefined);
  assert.equal((await told(alice)).typing, undefined);
});

test('typing ends by itself when its time is up, and lasts longer when it is said again', async () => {
  const { next } = await told(alice);
  await type(bob, { typing: true, timeout: 10_000 });
  clock.advance(8_000);
  await type(bob, { typing: true, timeout: 10_000 });
  clock.advance(8_000);
  const still = await told(alice, next);
  assert.deepEqual(still.typing, [bob.userId]);
  clock.advance(2_000);
  assert.deepEqual((await told(alice, still.next)).typing, []);
  await type(bob, { typing: true });
  clock.advance(30_000);
  assert.equal((await told(alice)).typing, undefined);
  await type(bob, { typing: true, timeout: 10 ** 12 });
  clock.advance(120_000);
  assert.equal((await told(alice)).typing, undefined, 'nobody types for ever');
});

test('who leaves does not type there any more', async () => {
  await type(bob, { typing: true });
  const { next } = await told(alice);
  await alice.kick(room, bob.userId);
  assert.deepEqual((await told(alice, next)).typing, []);
});

test('who joins while somebody types is told', async () => {
  await type(alice, { typing: true });
  const carol = await hearth.client.register(`carol${clock.monotonic()}`, 'password of carol');
  const { next } = await told(carol);
  await carol.join(room);
  assert.deepEqual((await told(carol, next)).typing, [alice.userId]);
});

test('one can only type for oneself, and only where one is', async () => {
  await alice.refused(403, 'M_FORBIDDEN', 'PUT', path(bob.userId), { body: { typing: true } });
  const elsewhere = await alice.createRoom();
  for (const place of [elsewhere, '!nowhere:hearth.test', 'x'])
    await bob.refused(403, 'M_FORBIDDEN', 'PUT', path(bob.userId, place), { body: { typing: true } });
  const answers = await answersToWrongTypes(bob, 'PUT', path(bob.userId), { typing: true, timeout: 1 });
  assert.deepEqual(
    answers.filter((answer) => answer.status !== 400),
    [],
  );
  await bob.ok('PUT', path(bob.userId), { body: { typing: true, timeout: -5 } });
});

test('after a restart a client learns who types now, and where the room has news that nobody does', async () => {
  const server = await startHearth();
  const [dora, emil] = [await server.client.register('dora', 'password of dora'), await server.client.register('emil', 'password of emil')];
  room = await dora.createRoom({ preset: 'public_chat' });
  await emil.join(room);
  const { next } = await told(dora);
  await emil.ok('PUT', path(emil.userId), { body: { typing: true } });
  const before = await told(dora, next);
  assert.deepEqual(before.typing, [emil.userId]);
  const again = await server.restart();
  try {
    const [newDora, newEmil] = [
      { ...dora, ...again.client.withToken(dora.token) },
      { ...emil, ...again.client.withToken(emil.token) },
    ] as [Session, Session];
    assert.equal((await told(newDora, before.next)).typing, undefined);
    await newEmil.sendText(room, 'done typing');
    const news = await told(newDora, before.next);
    assert.deepEqual(news.typing, []);
    await newEmil.ok('PUT', path(newEmil.userId), { body: { typing: true } });
    assert.deepEqual((await told(newDora, before.next)).typing, [newEmil.userId]);
    assert.deepEqual((await told(newDora, news.next)).typing, [newEmil.userId]);
  } finally {
    await again.stop();
  }
});
