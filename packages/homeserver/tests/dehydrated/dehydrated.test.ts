import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { devicesMax } from '../../src/accounts/sessions.ts';
import { deviceKeys, oneTimeKeys } from '../keys/key-ring.ts';
import { command, scan, streamKinds } from '@hearth/storage';
import { newPostgresDatabase, type TestDatabase } from '@hearth/storage/testing';
import { type Session, startHearth, type TestHearth } from '@hearth/testkit';

const v3 = '/_matrix/client/v3';
const path = '/_matrix/client/unstable/org.matrix.msc3814.v1/dehydrated_device';
const password = 'correct horse battery';
const data = { algorithm: 'org.matrix.msc3814.v2', device_pickle: 'p'.repeat(2_000), nonce: 'n' };

type Messages = { events: { type: string; sender: string; content: { n: number } }[]; next_batch?: string };
const addDevice = command('test-device', 'INSERT INTO devices (usr, device_id, created_ts) VALUES ($1, $2, 0)');
const addKey = command(
  'test-key',
  `INSERT INTO one_time_keys (usr, device_id, algorithm, key_id, key, added_ts, claimed) VALUES ($1, $2, 'signed_curve25519', 'OLD', '{}', 0, 0)`,
);
const changedDevices = scan<{ detail: string }>(
  'test-changed-devices',
  `SELECT detail FROM stream WHERE usr = $1 AND kind = ${streamKinds.deviceList} ORDER BY position`,
);

const numbers = ({ events }: Messages): number[] => events.map(({ content }) => content.n);
const upTo = (count: number, from = 0): number[] => Array.from({ length: count - from }, (_, index) => from + index);

/** A dehydrated device as a client makes it: with keys of its own, which its owner's token says nothing about. */
function dehydrated(owner: Session, deviceId: string): Record<string, unknown> {
  const device = { ...owner, deviceId };
  return {
    device_id: deviceId,
    device_data: data,
    initial_device_display_name: 'Dehydrated device',
    device_keys: deviceKeys(device, undefined, { dehydrated: true }),
    one_time_keys: oneTimeKeys(device, 3),
    fallback_keys: oneTimeKeys(device, 1, 'fallback'),
  };
}

for (const engine of ['sqlite', 'postgres'] as const) {
  describe(`dehydrated devices on ${engine}`, () => {
    let hearth: TestHearth;
    let database: TestDatabase | undefined;
    let bob: Session;
    let users = 0;
    const somebody = (): Promise<Session> => hearth.client.register(`user${(users += 1)}`, password);
    const put = (owner: Session, deviceId: string): Promise<unknown> => owner.ok('PUT', path, { body: dehydrated(owner, deviceId) });
    const devicesOf = async (owner: Session): Promise<string[]> =>
      (await owner.ok('GET', `${v3}/devices`)).devices.map((device: { device_id: string }) => device.device_id);
    const keysOf = async (owner: Session): Promise<Record<string, { dehydrated?: boolean }>> =>
      (await bob.ok('POST', `${v3}/keys/query`, { body: { device_keys: { [owner.userId]: [] } } })).device_keys[owner.userId];
    const tell = (owner: Session, n: number): Promise<unknown> =>
      bob.ok('PUT', `${v3}/sendToDevice/m.test/${users}.${n}`, { body: { messages: { [owner.userId]: { '*': { n } } } } });
    const numberOf = async ({ userId }: Session): Promise<number> => (await hearth.server.spine.engine.findUser(userId)) as number;
    const eventsOf = (deviceId: string): string => `${path}/${encodeURIComponent(deviceId)}/events`;

    before(async () => {
      database = engine === 'postgres' ? await newPostgresDatabase() : undefined;
      hearth = await startHearth(database === undefined ? {} : { env: { HEARTH_DATABASE: database.url } });
      bob = await hearth.client.register('bob', password);
    });
    after(async () => {
      await hearth.stop();
      await database?.remove();
    });

    test('nobody logs in to a dehydrated device: another id is to be taken, and it stays as it was', async () => {
      const owner = await somebody();
      await put(owner, 'DEHYDRATED');
      const identifier = { type: 'm.id.user', user: owner.userId };
      const login = { type: 'm.login.password', identifier, password };
      await hearth.client.refused(400, 'M_INVALID_PARAM', 'POST', `${v3}/login`, { body: { ...login, device_id: 'DEHYDRATED' } });
      assert.equal((await owner.ok('GET', path)).device_id, 'DEHYDRATED');
      await hearth.client.ok('POST', `${v3}/login`, { body: { ...login, device_id: 'OTHER' } });
    });

    test('a dehydrated device is put with its keys, and is a device like others for those who encrypt for it', async () => {
      const alice = await somebody();
      await alice.refused(404, 'M_NOT_FOUND', 'GET', path);
      assert.deepEqual(await put(alice, 'DRY/1+'), { device_id: 'DRY/1+' });
      assert.deepEqual(await alice.ok('GET', path), { device_id: 'DRY/1+', device_data: data });
      assert.equal((await keysOf(alice))['DRY/1+']?.dehydrated, true);
      assert.ok((await devicesOf(alice)).includes('DRY/1+'));
      const claim = { one_time_keys: { [alice.userId]: { 'DRY/1+': 'signed_curve25519' } } };
      const claimed = [];
      for (const _ of upTo(4))
        claimed.push(Object.keys((await bob.ok('POST', `${v3}/keys/claim`, { body: claim })).one_time_keys[alice.userId]['DRY/1+'])[0]);
      assert.deepEqual(
        claimed,
        ['A0000', 'A0001', 'A0002', 'fallback0000'].map((id) => `signed_curve25519:${id}`),
      );
    });

    test('a new one takes the place of the one before, with keys and messages', async () => {
      const alice = await somebody();
      await put(alice, 'FIRST');
      await tell(alice, 1);
      await put(alice, 'SECOND');
      assert.deepEqual((await devicesOf(alice)).toSorted(), [alice.deviceId, 'SECOND'].toSorted());
      assert.deepEqual(Object.keys(await keysOf(alice)), ['SECOND']);
      assert.deepEqual(await alice.ok('POST', eventsOf('SECOND'), { body: {} }).then(numbers), []);
      await alice.refused(403, 'M_FORBIDDEN', 'POST', eventsOf('FIRST'), { body: {} });
    });

    test('of several that are put or deleted at once one is left, and no device that nobody can end', async () => {
      const alice = await somebody();
      await Promise.all(['A', 'B', 'C', 'D'].map((deviceId) => put(alice, deviceId)));
      const { device_id: left }: { device_id: string } = await alice.ok('GET', path);
      assert.deepEqual((await devicesOf(alice)).toSorted(), [alice.deviceId, left].toSorted());
      assert.deepEqual(Object.keys(await keysOf(alice)), [left]);
      await Promise.all([put(alice, left), put(alice, 'E'), alice.request('DELETE', path), put(alice, left)]);
      const last = (await alice.request('GET', path)).body as { device_id?: string };
      assert.deepEqual((await devicesOf(alice)).toSorted(), [alice.deviceId, last.device_id ?? ''].filter((id) => id !== '').toSorted());
    });

    test('the same one again keeps its messages and takes the newer data and keys', async () => {
      const alice = await somebody();
      await put(alice, 'SAME');
      await tell(alice, 1);
      const newer = { ...dehydrated(alice, 'SAME'), device_data: { algorithm: 'newer' }, one_time_keys: {} };
      await alice.ok('PUT', path, { body: newer });
      assert.deepEqual((await alice.ok('GET', path)).device_data, { algorithm: 'newer' });
      assert.deepEqual(await alice.ok('POST', eventsOf('SAME'), { body: {} }).then(numbers), [1]);
    });

    test('who rehydrates gets all messages in order, page by page, and another one can begin anew', async () => {
      const alice = await somebody();
      await put(alice, 'DRY');
      for (const n of upTo(150)) await tell(alice, n);
      const first: Messages = await alice.ok('POST', eventsOf('DRY'), { body: {} });
      const second: Messages = await alice.ok('POST', eventsOf('DRY'), { body: { next_batch: first.next_batch } });
      const last: Messages = await alice.ok('POST', eventsOf('DRY'), { body: { next_batch: second.next_batch } });
      assert.deepEqual([numbers(first), numbers(second), last.events], [upTo(100), upTo(150, 100), []]);
      assert.ok(last.next_batch, 'the older form always has a token');
      const again: Messages = await alice.ok('GET', eventsOf('DRY'));
      const rest: Messages = await alice.ok('GET', eventsOf('DRY'), { query: { from: again.next_batch } });
      assert.deepEqual([numbers(again), numbers(rest)], [upTo(100), upTo(150, 100)]);
      assert.ok(!('next_batch' in rest), 'the newer form ends without one');
      hearth = await hearth.restart();
      bob = { ...bob, ...hearth.client.withToken(bob.token), token: bob.token };
      const later = hearth.client.withToken(alice.token);
      assert.deepEqual(numbers(await later.ok('GET', eventsOf('DRY'))), upTo(100));
    });

    test('a dehydrated device can be deleted, and goes with its account’s devices', async () => {
      const alice = await somebody();
      await alice.refused(404, 'M_NOT_FOUND', 'DELETE', path);
      await put(alice, 'DRY');
      assert.deepEqual(await alice.ok('DELETE', path), { device_id: 'DRY' });
      await alice.refused(404, 'M_NOT_FOUND', 'GET', path);
      assert.deepEqual([await devicesOf(alice), Object.keys(await keysOf(alice))], [[alice.deviceId], []]);
      await put(alice, 'DRY');
      const auth = { type: 'm.login.password', identifier: { type: 'm.id.user', user: alice.userId }, password };
      await alice.ok('DELETE', `${v3}/devices/DRY`, { body: { auth } });
      await alice.refused(404, 'M_NOT_FOUND', 'GET', path);
      await put(alice, 'DRY');
      await alice.ok('POST', `${v3}/logout/all`, { body: {} });
      const later = await hearth.client.login(alice.userId, password);
      await later.refused(404, 'M_NOT_FOUND', 'GET', path);
      assert.deepEqual(await devicesOf(later), [later.deviceId]);
    });

    test('others hear that there is a new device', async () => {
      const alice = await somebody();
      const room = await alice.createRoom({ preset: 'public_chat' });
      await bob.join(room);
      const { next_batch: since } = await bob.sync();
      await put(alice, 'DRY');
      assert.deepEqual((await bob.sync({ since })).device_lists.changed, [alice.userId]);
    });

    test('each device that comes or goes is an update of its own, as other servers want to have them', async () => {
      const alice = await somebody();
      const user = await numberOf(alice);
      await put(alice, 'FIRST');
      const { length } = await hearth.server.database.reader.all(changedDevices, [user]);
      await put(alice, 'SECOND');
      const since = (await hearth.server.database.reader.all(changedDevices, [user])).slice(length);
      assert.deepEqual([...new Set(since.map(({ detail }) => detail))].toSorted(), ['FIRST', 'SECOND']);
    });

    test('it counts among the devices of its owner, and has nothing that was left of an earlier one of its id', async () => {
      const alice = await somebody();
      const user = await numberOf(alice);
      const many = upTo(devicesMax).map((n) => ({ run: addDevice, params: [user, `D${n}`] }));
      await hearth.server.database.write({ claims: [], statements: [...many, { run: addKey, params: [user, 'DRY'] }], stream: [] });
      await put(alice, 'DRY');
      const devices = await devicesOf(alice);
      assert.equal(devices.length, devicesMax);
      assert.ok(devices.includes('DRY') && devices.includes(alice.deviceId));
      const claim = { one_time_keys: { [alice.userId]: { DRY: 'signed_curve25519' } } };
      const { one_time_keys: keys } = await bob.ok('POST', `${v3}/keys/claim`, { body: claim });
      assert.deepEqual(Object.keys(keys[alice.userId]['DRY']), ['signed_curve25519:A0000']);
      await put(alice, 'NEXT');
      const after = devices.map((id) => (id === 'DRY' ? 'NEXT' : id));
      assert.deepEqual((await devicesOf(alice)).toSorted(), after.toSorted(), 'what takes a place needs no other one');
    });

    test('no device that somebody uses becomes a dehydrated one, and nobody reads another one’s messages', async () => {
      const alice = await somebody();
      await alice.refused(400, 'M_INVALID_PARAM', 'PUT', path, { body: dehydrated(alice, alice.deviceId) });
      await alice.refused(403, 'M_FORBIDDEN', 'GET', eventsOf(alice.deviceId));
      assert.equal((await alice.whoami()).device_id, alice.deviceId);
      await put(alice, 'DRY');
      for (const method of ['GET', 'POST'])
        await bob.refused(403, 'M_FORBIDDEN', method, eventsOf('DRY'), method === 'POST' ? { body: {} } : {});
    });

    test('what is not of the right form changes nothing', async () => {
      const alice = await somebody();
      const body = dehydrated(alice, 'DRY');
      const refused = (status: number, code: string, change: object): Promise<unknown> =>
        alice.refused(status, code, 'PUT', path, { body: { ...body, ...change } });
      for (const field of ['device_id', 'device_data', 'device_keys']) await refused(400, 'M_MISSING_PARAM', { [field]: undefined });
      for (const field of Object.keys(body)) for (const wrong of [1, [], null]) await refused(400, 'M_BAD_JSON', { [field]: wrong });
      await refused(400, 'M_BAD_JSON', { device_data: {} });
      await refused(400, 'M_BAD_JSON', { device_keys: { ...(body['device_keys'] as object), keys: 'x' } });
      await refused(413, 'M_TOO_LARGE', { device_data: { algorithm: 'x', pickle: 'x'.repeat(300_000) } });
      await refused(400, 'M_INVALID_PARAM', { device_id: 'OTHER' });
      await refused(400, 'M_INVALID_PARAM', { device_id: '' });
      await refused(400, 'M_INVALID_PARAM', { initial_device_display_name: 'x'.repeat(300) });
      await alice.refused(404, 'M_NOT_FOUND', 'GET', path);
      assert.deepEqual(await devicesOf(alice), [alice.deviceId]);
      await put(alice, 'DRY');
      for (const token of ['x', 'd', 'd-1', 'd99999999999999999', 's1_2']) {
        await alice.refused(400, 'M_INVALID_PARAM', 'GET', eventsOf('DRY'), { query: { from: token } });
        await alice.refused(400, 'M_INVALID_PARAM', 'POST', eventsOf('DRY'), { body: { next_batch: token } });
      }
      for (const method of ['GET', 'PUT', 'DELETE'])
        await hearth.client.refused(401, 'M_MISSING_TOKEN', method, path, method === 'PUT' ? { body } : {});
    });
  });
}
