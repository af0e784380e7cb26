import { command, type Insert, point, type Reader, scan, type Statement } from '@hearth/storage';

export type BackupRow = {
  readonly version: number;
  readonly algorithm: string;
  readonly auth_data: string;
  readonly etag: number;
  readonly count: number;
};
/** What of a key decides which of two is kept. */
export type KeyRank = { readonly is_verified: number; readonly first_message_index: number; readonly forwarded_count: number };
export type KeyName = { readonly room_id: string; readonly session_id: string };
/** session_data is JSON. */
export type KeyRow = KeyName & KeyRank & { readonly session_data: string };

/** Keys of one reading or one deletion. */
const pageKeysMax = 1_000;

const backup = 'version, algorithm, auth_data, etag, count';
const backupRow = point<BackupRow>(
  'key-backup-version',
  `SELECT ${backup} FROM key_backups WHERE usr = $1 AND version = $2 AND deleted = 0`,
);
const newestBackup = point<BackupRow>(
  'key-backup-newest',
  `SELECT ${backup} FROM key_backups WHERE usr = $1 AND deleted = 0 ORDER BY version DESC LIMIT 1`,
);
const newestNumber = point<{ version: number }>(
  'key-backup-newest-number',
  'SELECT version FROM key_backups WHERE usr = $1 ORDER BY version DESC LIMIT 1',
);
const anyBackup = point<{ version: number }>('key-backup-any', 'SELECT version FROM key_backups WHERE usr = $1 AND version = $2');
const keyColumns = 'room_id, session_id, is_verified, first_message_index, forwarded_count, session_data';
const ofBackup = 'FROM backed_up_keys WHERE usr = $1 AND version = $2';
const keysAfter = scan<KeyRow>(
  'key-backup-keys-after',
  `SELECT ${keyColumns} ${ofBackup} AND (room_id, session_id) > ($3, $4) ORDER BY room_id, session_id LIMIT ${pageKeysMax}`,
);
const keysOfRoomAfter = scan<KeyRow>(
  'key-backup-keys-of-room-after',
  `SELECT ${keyColumns} ${ofBackup} AND room_id = $3 AND session_id > $4 ORDER BY session_id LIMIT ${pageKeysMax}`,
);
const firstNames = scan<KeyName>(
  'key-backup-first-names',
  `SELECT room_id, session_id ${ofBackup} ORDER BY room_id, session_id LIMIT ${pageKeysMax}`,
);
const firstNamesOfRoom = scan<KeyName>(
  'key-backup-first-names-of-room',
  `SELECT room_id, session_id ${ofBackup} AND room_id = $3 ORDER BY session_id LIMIT ${pageKeysMax}`,
);
const oneKey = point<KeyRow>('key-backup-key', `SELECT ${keyColumns} ${ofBackup} AND room_id = $3 AND session_id = $4`);
const ranks = scan<KeyName & KeyRank>(
  'key-backup-ranks',
  `SELECT room_id, session_id, is_verified, first_message_index, forwarded_count ${ofBackup}
   AND room_id {in-text $3} AND session_id {in-text $4}`,
);

const insertBackup: Insert = {
  name: 'key-backup-insert',
  table: 'key_backups',
  columns: [
    { name: 'usr', type: 'integer' },
    { name: 'version', type: 'integer' },
    { name: 'algorithm', type: 'text' },
    { name: 'auth_data', type: 'text' },
    { name: 'etag', type: 'integer' },
    { name: 'count', type: 'integer' },
    { name: 'deleted', type: 'integer' },
  ],
  onConflict: { do: 'fail' },
};
const insertKey: Insert = {
  name: 'key-backup-insert-key',
  table: 'backed_up_keys',
  columns: [
    { name: 'usr', type: 'integer' },
    { name: 'version', type: 'integer' },
    { name: 'room_id', type: 'text' },
    { name: 'session_id', type: 'text' },
    { name: 'is_verified', type: 'integer' },
    { name: 'first_message_index', type: 'integer' },
    { name: 'forwarded_count', type: 'integer' },
    { name: 'session_data', type: 'text' },
  ],
  onConflict: { do: 'replace', key: ['usr', 'version', 'room_id', 'session_id'] },
};
const setAuthData = command(
  'key-backup-set-auth-data',
  'UPDATE key_backups SET auth_data = $3 WHERE usr = $1 AND version = $2 AND algorithm = $4 AND deleted = 0',
);
const deleteBackup = command(
  'key-backup-delete',
  'UPDATE key_backups SET deleted = 1, etag = etag + 1, count = 0 WHERE usr = $1 AND version = $2 AND deleted = 0',
);
const changeKeys = command(
  'key-backup-change-keys',
  'UPDATE key_backups SET etag = etag + 1, count = count + $4 WHERE usr = $1 AND version = $2 AND etag = $3 AND deleted = 0',
);
const deleteRange = command(
  'key-backup-delete-range',
  `DELETE FROM backed_up_keys WHERE usr = $1 AND version = $2 AND (room_id, session_id) >= ($3, $4) AND (room_id, session_id) <= ($5, $6)`,
);
const deleteAllKeys = command('key-backup-delete-all-keys', 'DELETE FROM backed_up_keys WHERE usr = $1');
const deleteAllBackups = command('key-backup-delete-all', 'DELETE FROM key_backups WHERE usr = $1');

/** A backup that is there. */
export function readBackup(reader: Reader, user: number, version: number): Promise<BackupRow | undefined> {
  return reader.first(backupRow, [user, version]);
}

/** The newest backup, the only one that takes keys. */
export function readNewestBackup(reader: Reader, user: number): Promise<BackupRow | undefined> {
  return reader.first(newestBackup, [user]);
}

/** The newest number that was ever given; 0 if none was. */
export async function readNewestNumber(reader: Reader, user: number): Promise<number> {
  return (await reader.first(newestNumber, [user]))?.version ?? 0;
}

/** Whether there is this backup, or was before it was deleted. */
export async function readWasBackup(reader: Reader, user: number, version: number): Promise<boolean> {
  return (await reader.first(anyBackup, [user, version])) !== undefined;
}

/** A page of keys after this one, in the order of rooms and sessions; of one room if it is given. */
export function readKeysAfter(
  reader: Reader,
  user: number,
  version: number,
  roomId: string | undefined,
  after: KeyName,
): Promise<KeyRow[]> {
  if (roomId !== undefined) return reader.all(keysOfRoomAfter, [user, version, roomId, after.session_id]);
  return reader.all(keysAfter, [user, version, after.room_id, after.session_id]);
}

/** The names of the first page of keys, in the same order. */
export function readFirstNames(reader: Reader, user: number, version: number, roomId: string | undefined): Promise<KeyName[]> {
  if (roomId !== undefined) return reader.all(firstNamesOfRoom, [user, version, roomId]);
  return reader.all(firstNames, [user, version]);
}

export function readKey(reader: Reader, user: number, version: number, roomId: string, sessionId: string): Promise<KeyRow | undefined> {
  return reader.first(oneKey, [user, version, roomId, sessionId]);
}

/** The ranks of those of the keys that are stored; also of keys of one of the rooms with the session id of another, if there are any. */
export function readRanks(reader: Reader, user: number, version: number, keys: readonly KeyName[]): Promise<(KeyName & KeyRank)[]> {
  const rooms = [...new Set(keys.map((key) => key.room_id))];
  return reader.all(ranks, [user, version, rooms, keys.map((key) => key.session_id)]);
}

/** Fails as a duplicate when the number is taken. */
export function backupInsertion(user: number, version: number, algorithm: string, authData: string): Statement {
  return { insert: insertBackup, row: [user, version, algorithm, authData, 0, 0, 0] };
}

export function authDataChange(user: number, version: number, algorithm: string, authData: string): Statement {
  return { run: setAuthData, params: [user, version, authData, algorithm], mustChange: 1 };
}

export function backupDeletion(user: number, version: number): Statement {
  return { run: deleteBackup, params: [user, version] };
}

/** Refused as 'guard' when the keys have changed since the backup was read. */
export function keysChange(user: number, { version, etag }: BackupRow, countDelta: number): Statement {
  return { run: changeKeys, params: [user, version, etag, countDelta], mustChange: 1 };
}

export function keyReplacement(user: number, version: number, key: KeyRow): Statement {
  const { room_id: roomId, session_id: sessionId, is_verified: isVerified, session_data: sessionData } = key;
  return {
    insert: insertKey,
    row: [user, version, roomId, sessionId, isVerified, key.first_message_index, key.forwarded_count, sessionData],
  };
}

/** All keys from the first to the last, these included. */
export function keysDeletion(user: number, version: number, first: KeyName, last: KeyName): Statement {
  return { run: deleteRange, params: [user, version, first.room_id, first.session_id, last.room_id, last.session_id] };
}

/** Everything of an account that ends. */
export function backupErasure(user: number): Statement[] {
  return [deleteAllKeys, deleteAllBackups].map((run) => ({ run, params: [user] }));
}
