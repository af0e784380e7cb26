import assert from 'node:assert/strict';

import { BackupKeys } from '../../src/key-backup/keys.ts';
import { BackupVersions } from '../../src/key-backup/versions.ts';
import { TestClock } from '@hearth/kit/testing';
import type { Database } from '@hearth/storage';
import { onEachEngine } from '@hearth/storage/testing';

const alice = { userId: '@alice:hearth.test', user: 1, deviceId: 'D', isGuest: false, isAdmin: false };
const info = { algorithm: 'm.megolm_backup.v1.curve25519-aes-sha2', auth_data: {} };
const key = { is_verified: false, first_message_index: 0, forwarded_count: 0, session_data: {} };

function versionsOn(database: Database): BackupVersions {
  return new BackupVersions({ database, clock: new TestClock(), pokeJobs: () => {} });
}

onEachEngine(
  'a backup that is deleted between the reading and the writing of a change is not there for the change',
  async ({ database }) => {
    const versions = versionsOn(database);
    const version = await versions.create(alice, info);
    const late: Database = Object.create(database, {
      write: {
        value: async (write: Parameters<Database['write']>[0]) => {
          await versions.delete(alice, version);
          return database.write(write);
        },
      },
    });
    await assert.rejects(versionsOn(late).update(alice, version, info, undefined), { errcode: 'M_NOT_FOUND' });
    const next = await versions.create(alice, info);
    assert.notEqual(next, version);
    const rooms = { '!room:hearth.test': { sessions: { s: key } } };
    await assert.rejects(new BackupKeys(late, versionsOn(late)).put(alice, version, rooms), { errcode: 'M_NOT_FOUND' });
  },
);

onEachEngine('an answer is bounded: who has more keys asks for those of one room, or one by one', async ({ database }) => {
  const versions = versionsOn(database);
  const version = await versions.create(alice, info);
  const keys = new BackupKeys(database, versions, { answerBytesMax: 1_000 });
  const [large, small] = ['!large:hearth.test', '!small:hearth.test'];
  await keys.put(alice, version, { [large]: { sessions: { a: key } }, [small]: { sessions: { b: key } } });
  assert.ok((await keys.all(alice, version)).preparedJson.length > 0);
  await keys.put(alice, version, { [large]: { sessions: { c: { ...key, session_data: { text: 'x'.repeat(1_000) } } } } });
  await assert.rejects(keys.all(alice, version), { errcode: 'M_TOO_LARGE' });
  await assert.rejects(keys.ofRoom(alice, version, large), { errcode: 'M_TOO_LARGE' });
  assert.ok((await keys.ofRoom(alice, version, small)).preparedJson.length > 0);
  assert.ok((await keys.one(alice, version, large, 'c')).preparedJson.length > 1_000);
});
