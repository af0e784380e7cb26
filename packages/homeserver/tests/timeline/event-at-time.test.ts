import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { sleep, systemClock } from '@hearth/kit';
import { newPostgresDatabase, type TestDatabase } from '@hearth/storage/testing';
import { type Session, startHearth, type TestHearth } from '@hearth/testkit';

type Found = { readonly event_id: string; readonly origin_server_ts: number };

const path = (room: string): string => `/_matrix/client/v1/rooms/${encodeURIComponent(room)}/timestamp_to_event`;

for (const engine of ['sqlite', 'postgres'] as const) {
  void describe(`the event at a time, on ${engine}`, () => {
    let hearth: TestHearth;
    let database: TestDatabase | undefined;
    let alice: Session;
    let bob: Session;
    before(async () => {
      database = engine === 'postgres' ? await newPostgresDatabase() : undefined;
      hearth = await startHearth(database === undefined ? {} : { env: { HEARTH_DATABASE: database.url } });
      alice = await hearth.client.register('alice', 'password of alice');
      bob = await hearth.client.register('bob', 'password of bob');
    });
    after(async () => {
      await hearth.stop();
      await database?.remove();
    });
    const find = (client: Session, room: string, ts: number, dir: string): Promise<Found> =>
      client.ok('GET', path(room), { query: { ts: String(ts), dir } });
    const timeOf = async (room: string, event: string): Promise<number> => (await alice.event(room, event)).origin_server_ts as number;

    test('forwards the first at or after the time is found, backwards the last at or before it', async () => {
      const room = await alice.createRoom();
      const first = await alice.sendText(room, 'first');
      await sleep(systemClock(), 5);
      const second = await alice.sendText(room, 'second');
      const [early, late] = [await timeOf(room, first), await timeOf(room, second)];
      assert.ok(late > early);
      assert.deepEqual(await find(alice, room, late, 'f'), { event_id: second, origin_server_ts: late });
      assert.deepEqual(await find(alice, room, late, 'b'), { event_id: second, origin_server_ts: late });
      assert.equal((await find(alice, room, late - 1, 'b')).event_id, first);
      assert.equal((await find(alice, room, early + 1, 'f')).event_id, second);
      assert.equal((await find(alice, room, 0, 'f')).event_id, (await alice.messages(room, { dir: 'f', limit: '1' })).chunk[0].event_id);
      await alice.refused(404, 'M_NOT_FOUND', 'GET', path(room), { query: { ts: String(late + 1), dir: 'f' } });
      await alice.refused(404, 'M_NOT_FOUND', 'GET', path(room), { query: { ts: '1', dir: 'b' } });
    });

    test('what the reader may not see is passed over, and strangers find nothing', async () => {
      const visibility = { type: 'm.room.history_visibility', state_key: '', content: { history_visibility: 'joined' } };
      const room = await alice.createRoom({ preset: 'public_chat', initial_state: [visibility] });
      const hidden = await alice.sendText(room, 'hidden');
      for (let count = 0; count < 30; count += 1) await alice.sendText(room, 'hidden too');
      await bob.refused(403, 'M_FORBIDDEN', 'GET', path(room), { query: { ts: '0', dir: 'f' } });
      await bob.join(room);
      const found = await find(bob, room, await timeOf(room, hidden), 'f');
      assert.equal((await bob.event(room, found.event_id)).state_key, bob.userId, 'the own join is the first that is seen');
    });

    test('a time that is none, and a direction that is none, are refused', async () => {
      const room = await alice.createRoom();
      await alice.refused(400, 'M_MISSING_PARAM', 'GET', path(room), { query: { dir: 'f' } });
      for (const ts of ['soon', '-1', '1.5', '9'.repeat(30)])
        await alice.refused(400, 'M_INVALID_PARAM', 'GET', path(room), { query: { ts, dir: 'f' } });
      await alice.refused(400, 'M_INVALID_PARAM', 'GET', path(room), { query: { ts: '0', dir: 'sideways' } });
    });
  });
}
