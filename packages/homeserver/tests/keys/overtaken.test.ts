import assert from 'node:assert/strict';

import { KeyUpload } from '../../src/keys/upload.ts';
import { TestClock } from '@hearth/kit/testing';
import { command, type Database, scan, WriteRefused } from '@hearth/storage';
import { onEachEngine } from '@hearth/storage/testing';

/*
 * Uploads that rest on what is not so any more when they are written.
 */

const alice = { userId: '@alice:hearth.test', user: 1, deviceId: 'D', isGuest: false, isAdmin: false };
const keys = { one_time_keys: { 'a:1': 'x' }, fallback_keys: { 'a:2': 'x' } };
const addDevice = command('test-device', `INSERT INTO devices (usr, device_id, created_ts) VALUES (1, 'D', 0)`);
const removeDevice = command('test-remove-device', `DELETE FROM devices WHERE usr = 1`);
const stored = scan<{ key_id: string }>('test-stored', 'SELECT key_id FROM one_time_keys UNION ALL SELECT key_id FROM fallback_keys');

/** A database where something happens before each write. */
function before(database: Database, happens: () => Promise<unknown>): Database {
  const write = async (write: Parameters<Database['write']>[0]): Promise<unknown> => {
    await happens();
    return database.write(write);
  };
  return Object.create(database, { write: { value: write } }) as Database;
}

onEachEngine('a device that ends during its upload leaves no keys, which nobody would remove', async ({ database }) => {
  await database.write({ claims: [], statements: [{ run: addDevice, params: [] }], stream: [] });
  const ending = before(database, () => database.write({ claims: [], statements: [{ run: removeDevice, params: [] }], stream: [] }));
  const uploads = new KeyUpload({ database: ending, clock: new TestClock() });
  await assert.rejects(uploads.upload(alice, keys), { errcode: 'M_UNKNOWN_TOKEN' });
  assert.deepEqual(await database.reader.all(stored, []), []);
});

onEachEngine('an upload that others overtake again and again is told to come later', async ({ database }) => {
  const overtaken = before(database, () => Promise.reject(new WriteRefused('duplicate', 'somebody was faster')));
  const uploads = new KeyUpload({ database: overtaken, clock: new TestClock() });
  await assert.rejects(uploads.upload(alice, keys), { errcode: 'M_UNAVAILABLE' });
});
