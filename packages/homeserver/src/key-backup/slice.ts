import type { Slice } from '../slice.ts';
import {
  deleteRoomKeyBySessionId,
  deleteRoomKeys,
  deleteRoomKeysByRoomId,
  getRoomKeyBySessionId,
  getRoomKeys,
  getRoomKeysByRoomId,
  putRoomKeyBySessionId,
  putRoomKeys,
  putRoomKeysByRoomId,
} from './client-api/keys.ts';
import {
  deleteRoomKeysVersion,
  getRoomKeysVersion,
  getRoomKeysVersionCurrent,
  postRoomKeysVersion,
  putRoomKeysVersion,
} from './client-api/versions.ts';
import { purgeBackup } from './jobs/purge-backup.ts';
import { BackupKeys } from './keys.ts';
import { BackupVersions, type VersionsDeps } from './versions.ts';

/** Keys of encrypted conversations, kept for their owner and readable only to them. */
export function createKeyBackup(deps: VersionsDeps): Slice {
  const versions = new BackupVersions(deps);
  const keys = new BackupKeys(deps.database, versions);
  const routes = [
    postRoomKeysVersion,
    getRoomKeysVersionCurrent,
    getRoomKeysVersion,
    putRoomKeysVersion,
    deleteRoomKeysVersion,
    putRoomKeys,
    getRoomKeys,
    deleteRoomKeys,
    putRoomKeysByRoomId,
    getRoomKeysByRoomId,
    deleteRoomKeysByRoomId,
    putRoomKeyBySessionId,
    getRoomKeyBySessionId,
    deleteRoomKeyBySessionId,
  ].map((make) => make({ versions, keys }));
  return { name: 'key-backup', routes, streams: [], jobs: [purgeBackup(keys)], projections: [] };
}
