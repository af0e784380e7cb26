import assert from 'node:assert/strict';

import { removeExpired } from '../../src/retention/jobs/remove-expired.ts';
import { OldMessages } from '../../src/retention/service.ts';
import { type MovablePlace as Place, onEachDatabase } from '../movable-clock.ts';
import { placesOf } from './everywhere.ts';
import { clientPath, type Session } from '@hearth/testkit';

const dayMs = 24 * 60 * 60_000;
const canary = 'yellowcanaryfeather';

const on = { HEARTH_RETENTION: 'on', HEARTH_RETENTION_MIN_DAYS: '1', HEARTH_RETENTION_MAX_DAYS: '30' };

async function bodies(reader: Session, room: string, query = {}): Promise<string[]> {
  const { chunk } = await reader.messages(room, { dir: 'b', limit: 100, ...query });
  return chunk
    .filter(({ type }: { type: string }) => type === 'm.room.message')
    .map(({ content }: { content: { body: string } }) => content.body);
}

async function removeAll({ hearth }: Place): Promise<void> {
  const { database, spine } = hearth.server;
  const { run } = removeExpired(new OldMessages({ database, engine: spine.engine, retention: spine.retention }));
  let payload = {};
  for (let step = 0; step < 100; step += 1) {
    const outcome = await run(payload, new AbortController().signal);
    assert.ok('next' in outcome);
    if (outcome.afterMs > 1_000) return;
    payload = outcome.next;
  }
  assert.fail('the job does not come to an end');
}

onEachDatabase(
  'messages that are too old are hidden at once and then removed; state, threads, search and tokens stay right',
  on,
  async (place) => {
    const { hearth, clock, alice, bob } = place;
    const room = await alice.createRoom({ preset: 'public_chat', name: 'kept name' });
    await bob.join(room);
    await alice.setState(room, 'm.room.retention', '', { max_lifetime: 5 * dayMs });
    const old = [];
    for (let n = 0; n < 5; n += 1) old.push(await bob.sendText(room, `${canary} ${n}`));
    const [first = ''] = old;
    await bob.send(room, 'm.room.message', { msgtype: 'm.text', body: canary, 'm.relates_to': { rel_type: 'm.thread', event_id: first } });
    const { next_batch: oldSync } = await bob.sync();
    const { end: oldEnd } = await bob.messages(room, { dir: 'b', limit: 3 });
    clock.forward(4 * dayMs);
    await alice.setState(room, 'm.room.topic', '', { topic: 'between' });
    const kept = await alice.sendText(room, 'newer');
    assert.equal((await bodies(bob, room)).length, 7);

    clock.forward(2 * dayMs);
    const look = async (): Promise<void> => {
      assert.deepEqual(await bodies(bob, room), ['newer']);
      assert.deepEqual(await bodies(bob, room, { dir: 'f' }), ['newer']);
      assert.deepEqual(await bodies(bob, room, { from: oldEnd }), []);
      assert.deepEqual(await bodies(bob, room, { dir: 'f', from: oldSync }), ['newer']);
      const news = (await bob.sync({ since: oldSync })).rooms.join[room];
      assert.deepEqual(
        news.timeline.events.map(({ type }: { type: string }) => type),
        ['m.room.topic', 'm.room.message'],
      );
      const whole = JSON.stringify([await bob.sync(), (await bob.request('GET', '/_matrix/client/v3/initialSync')).body]);
      assert.ok(!whole.includes(canary));
      assert.ok(whole.includes('kept name') && whole.includes('newer'));
      for (const path of [clientPath`/rooms/${room}/event/${first}`, clientPath`/rooms/${room}/context/${first}`])
        await bob.refused(404, 'M_NOT_FOUND', 'GET', path);
      assert.deepEqual((await bob.ok('GET', clientPath`/rooms/${room}/threads`.replace('v3', 'v1'))).chunk, []);
      const { results } = (
        await bob.ok('POST', clientPath`/search`, { body: { search_categories: { room_events: { search_term: canary } } } })
      ).search_categories.room_events;
      assert.deepEqual(results, []);
      assert.equal((await bob.event(room, kept)).content.body, 'newer');
    };
    await look();
    assert.notDeepEqual(await placesOf(canary, hearth.server), []);
    await removeAll(place);
    await look();
    assert.deepEqual(
      (await placesOf(canary, hearth.server)).filter((where) => where !== 'search_data.block'),
      [],
    );
    // The last message of all goes too, and the room lives on.
    clock.forward(10 * dayMs);
    await removeAll(place);
    assert.deepEqual(await bodies(bob, room), []);
    await bob.sendText(room, 'and on');
    assert.deepEqual(await bodies(alice, room), ['and on']);
    assert.equal((await alice.getState(room, 'm.room.topic')).topic, 'between');
  },
);

onEachDatabase(
  'the server’s default and its limits win over what a room wishes; nonsense counts as no wish',
  { ...on, HEARTH_RETENTION_DEFAULT_DAYS: '10' },
  async ({ clock, alice, hearth }) => {
    const policies = [undefined, { max_lifetime: 1 }, { max_lifetime: 1000 * dayMs }, { max_lifetime: 'x' }, { max_lifetime: -1 }, {}];
    const rooms: string[] = [];
    for (const policy of policies) {
      const room = await alice.createRoom();
      if (policy !== undefined) await alice.setState(room, 'm.room.retention', '', policy);
      await alice.sendText(room, 'x');
      rooms.push(room);
    }
    const seen = async (): Promise<number[]> => Promise.all(rooms.map(async (room) => (await bodies(alice, room)).length));
    assert.deepEqual(await seen(), [1, 1, 1, 1, 1, 1]);
    clock.forward(2 * dayMs);
    assert.deepEqual(await seen(), [1, 0, 1, 1, 1, 1]);
    clock.forward(10 * dayMs);
    assert.deepEqual(await seen(), [0, 0, 1, 0, 0, 0]);
    clock.forward(20 * dayMs);
    assert.deepEqual(await seen(), [0, 0, 0, 0, 0, 0]);
    const path = '/_matrix/client/unstable/org.matrix.msc1763/retention/configuration';
    assert.deepEqual(await alice.ok('GET', path), {
      policies: { '*': { max_lifetime: 10 * dayMs } },
      limits: { max_lifetime: { min: dayMs, max: 30 * dayMs } },
    });
    await hearth.client.refused(401, 'M_MISSING_TOKEN', 'GET', path);
  },
);

onEachDatabase(
  'a room may say how long messages live at least, within the server’s limits',
  { ...on, HEARTH_RETENTION_DEFAULT_DAYS: '10' },
  async ({ clock, alice }) => {
    const [day, fifteen] = [dayMs, 15 * dayMs];
    const policies = [
      { min_lifetime: fifteen },
      { min_lifetime: day },
      { min_lifetime: 1000 * dayMs },
      { min_lifetime: fifteen, max_lifetime: 20 * dayMs },
      // More at least than at most is no policy, nor is nonsense.
      { min_lifetime: fifteen, max_lifetime: day },
      { min_lifetime: -1 },
      { min_lifetime: 'x' },
    ];
    const rooms: string[] = [];
    for (const policy of policies) {
      const room = await alice.createRoom();
      await alice.setState(room, 'm.room.retention', '', policy);
      await alice.sendText(room, 'x');
      rooms.push(room);
    }
    const seen = async (): Promise<number[]> => Promise.all(rooms.map(async (room) => (await bodies(alice, room)).length));
    clock.forward(9 * dayMs);
    assert.deepEqual(await seen(), [1, 1, 1, 1, 1, 1, 1]);
    clock.forward(5 * dayMs);
    assert.deepEqual(await seen(), [1, 0, 1, 1, 0, 0, 0]);
    clock.forward(5 * dayMs);
    assert.deepEqual(await seen(), [0, 0, 1, 1, 0, 0, 0]);
    clock.forward(5 * dayMs);
    assert.deepEqual(await seen(), [0, 0, 1, 0, 0, 0, 0]);
    clock.forward(10 * dayMs);
    assert.deepEqual(await seen(), [0, 0, 0, 0, 0, 0, 0]);
  },
);

onEachDatabase('without the setting rooms keep everything, whatever they say', {}, async (place) => {
  const { clock, alice } = place;
  const room = await alice.createRoom();
  await alice.setState(room, 'm.room.retention', '', { max_lifetime: 1 });
  await alice.sendText(room, 'x');
  clock.forward(1000 * dayMs);
  await removeAll(place);
  assert.deepEqual(await bodies(alice, room), ['x']);
  const path = '/_matrix/client/unstable/org.matrix.msc1763/retention/configuration';
  assert.deepEqual(await alice.ok('GET', path), { policies: {}, limits: {} });
});
