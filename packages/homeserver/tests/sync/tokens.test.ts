import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setImmediate } from 'node:timers/promises';

import { type Session, startHearth, type TestHearth } from '@hearth/testkit';

let hearth: TestHearth;
let alice: Session;
before(async () => {
  hearth = await startHearth();
  alice = await hearth.client.register('alice', 'password of alice');
});
after(() => hearth.stop());

test('a sync needs a token of access', async () => {
  await hearth.client.refused(401, 'M_MISSING_TOKEN', 'GET', '/_matrix/client/v3/sync');
  await hearth.client.refused(401, 'M_UNKNOWN_TOKEN', 'GET', '/_matrix/client/v3/sync', { token: 'nonsense' });
});

test('what is no token of ours is refused, and so are parameters of wrong types', async () => {
  for (const since of ['x', 's1_2_3', 't1_2', '0', 'END', 's00000000_1_e_99999999999999999999']) {
    await alice.refused(400, 'M_UNKNOWN', 'GET', '/_matrix/client/v3/sync', { query: { since } });
  }
  for (const query of [{ timeout: 'x' }, { timeout: -1 }, { full_state: 'maybe' }, { set_presence: 'asleep' }, { use_state_after: '1' }]) {
    await alice.refused(400, 'M_INVALID_PARAM', 'GET', '/_matrix/client/v3/sync', { query });
  }
  for (const presence of ['offline', 'online', 'unavailable']) await alice.sync({ set_presence: presence });
});

test('MD-24: a position that nobody has reached is taken as now, and nothing from now on is skipped', async () => {
  const room = await alice.createRoom();
  const { next_batch: now } = await alice.sync();
  const [life, position, ...rest] = now.split('_');
  const future = [life, Number(position) + 1_000_000, ...rest].join('_');
  const { next_batch: next } = await alice.sync({ since: future });
  assert.equal(next, now);
  const event = await alice.sendText(room, 'still heard');
  assert.equal((await alice.sync({ since: next })).rooms.join[room].timeline.events[0].event_id, event);
  const waiting = alice.sync({ since: future, timeout: 10_000 });
  while (hearth.server.spine.notifier.waitingUsers === 0) await setImmediate();
  const heard = await alice.sendText(room, 'while waiting');
  assert.equal((await waiting).rooms.join[room].timeline.events[0].event_id, heard);
});

test('a token of another life of the database leads to a first sync', async () => {
  const room = await alice.createRoom({ name: 'Again' });
  const { next_batch: since } = await alice.sync();
  const body = await alice.sync({ since: since.replace(/^s.{8}/, 'sotherdb0'), timeout: 60_000 });
  assert.ok(body.rooms.join[room].timeline.events.some((event: { type: string }) => event.type === 'm.room.create'));
});

test('old tokens go on from a database that was read anew, with everything since', async () => {
  const server = await startHearth();
  const bob = await server.client.register('bob', 'password of bob');
  const room = await bob.createRoom({ name: 'Durable' });
  const { next_batch: since } = await bob.sync();
  const event = await bob.sendText(room, 'kept');
  const again = await server.restart();
  try {
    const { timeline } = (await again.client.withToken(bob.token).sync({ since })).rooms.join[room];
    assert.deepEqual([timeline.events.map((each: { event_id: string }) => each.event_id), timeline.limited], [[event], false]);
  } finally {
    await again.stop();
  }
});
