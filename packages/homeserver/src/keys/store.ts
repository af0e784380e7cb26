import type { EndingDevices } from '../accounts/index.ts';
import { command, type Insert, point, type Reader, scan, type Statement, type StreamRow, streamKinds } from '@hearth/storage';

export type DeviceKeysRow = {
  readonly user_id: string;
  readonly device_id: string;
  readonly keys: string;
  readonly display_name: string | null;
};
export type OneTimeKeyRow = {
  readonly algorithm: string;
  readonly key_id: string;
  readonly key: string;
  readonly added_ts: number;
  readonly claimed: number;
};
export type OneTimeKey = Pick<OneTimeKeyRow, 'algorithm' | 'key_id' | 'key'>;
export type FallbackKeyRow = OneTimeKey & { readonly used: number };
export type KeyCounts = {
  /** One-time keys that nobody has claimed, by algorithm. */
  readonly oneTime: Readonly<Record<string, number>>;
  readonly unusedFallbacks: readonly string[];
};

const deviceKeysRow = point<{ keys: string }>('keys-of-device', 'SELECT keys FROM device_keys WHERE usr = $1 AND device_id = $2');
/** By the ids that were asked for, so that one statement serves a request with any number of users. */
const devicesKeys = scan<DeviceKeysRow>(
  'keys-of-users',
  `SELECT u.user_id, k.device_id, k.keys, d.display_name FROM user_ids u JOIN device_keys k ON k.usr = u.number
   JOIN devices d ON d.usr = k.usr AND d.device_id = k.device_id WHERE u.user_id {in-text $1}`,
);
const oneTimeKeys = scan<OneTimeKeyRow>(
  'keys-one-time',
  'SELECT algorithm, key_id, key, added_ts, claimed FROM one_time_keys WHERE usr = $1 AND device_id = $2',
);
const nextOneTimeKeys = point<{ key_id: string; key: string }>(
  'keys-one-time-next',
  `SELECT key_id, key FROM one_time_keys WHERE usr = $1 AND device_id = $2 AND algorithm = $3 AND claimed = 0
   ORDER BY added_ts, key_id LIMIT $4`,
);
const fallbackKeys = point<FallbackKeyRow>(
  'keys-fallback',
  'SELECT algorithm, key_id, key, used FROM fallback_keys WHERE usr = $1 AND device_id = $2',
);
const oneTimeCounts = point<{ algorithm: string; count: number }>(
  'keys-one-time-counts',
  'SELECT algorithm, COUNT(*) AS count FROM one_time_keys WHERE usr = $1 AND device_id = $2 AND claimed = 0 GROUP BY algorithm',
);

const insertDeviceKeys: Insert = {
  name: 'keys-insert-device',
  table: 'device_keys',
  columns: [
    { name: 'usr', type: 'integer' },
    { name: 'device_id', type: 'text' },
    { name: 'keys', type: 'text' },
  ],
  onConflict: { do: 'replace', key: ['usr', 'device_id'] },
};
const insertOneTimeKey: Insert = {
  name: 'keys-insert-one-time',
  table: 'one_time_keys',
  columns: [
    { name: 'usr', type: 'integer' },
    { name: 'device_id', type: 'text' },
    { name: 'algorithm', type: 'text' },
    { name: 'key_id', type: 'text' },
    { name: 'key', type: 'text' },
    { name: 'added_ts', type: 'integer' },
    { name: 'claimed', type: 'integer' },
  ],
  onConflict: { do: 'fail' },
};
const insertFallbackKey: Insert = {
  name: 'keys-insert-fallback',
  table: 'fallback_keys',
  columns: [
    { name: 'usr', type: 'integer' },
    { name: 'device_id', type: 'text' },
    { name: 'algorithm', type: 'text' },
    { name: 'key_id', type: 'text' },
    { name: 'key', type: 'text' },
    { name: 'used', type: 'integer' },
  ],
  onConflict: { do: 'replace', key: ['usr', 'device_id', 'algorithm'] },
};
// Changes nothing, and so fails when the device ended meanwhile: nobody would ever remove its keys.
const requireDevice = command('keys-require-device', 'UPDATE devices SET created_ts = created_ts WHERE usr = $1 AND device_id = $2');
const claimOneTimeKey = command(
  'keys-claim-one-time',
  'UPDATE one_time_keys SET claimed = 1 WHERE usr = $1 AND device_id = $2 AND algorithm = $3 AND key_id = $4 AND claimed = 0',
);
const useFallbackKey = command(
  'keys-use-fallback',
  'UPDATE fallback_keys SET used = 1 WHERE usr = $1 AND device_id = $2 AND algorithm = $3 AND key_id = $4',
);
const forgetClaimed = command(
  'keys-forget-claimed',
  'DELETE FROM one_time_keys WHERE usr = $1 AND device_id = $2 AND claimed = 1 AND added_ts < $3',
);
const tables = ['device_keys', 'one_time_keys', 'fallback_keys'];
const deletions = tables.map((table) => ({
  these: command(`keys-delete-${table}`, `DELETE FROM ${table} WHERE usr = $1 AND device_id {in-text $2}`),
  allBut: command(`keys-delete-other-${table}`, `DELETE FROM ${table} WHERE usr = $1 AND device_id <> $2`),
}));

export async function readDeviceKeys(reader: Reader, user: number, deviceId: string): Promise<string | undefined> {
  return (await reader.first(deviceKeysRow, [user, deviceId]))?.keys;
}

/** The keys of all devices of these users, by user id; one statement. */
export function readKeysOfUsers(reader: Reader, userIds: readonly string[]): Promise<DeviceKeysRow[]> {
  return reader.all(devicesKeys, [userIds]);
}

/** All one-time keys of a device, also claimed ones that are still remembered. */
export function readOneTimeKeys(reader: Reader, user: number, deviceId: string): Promise<OneTimeKeyRow[]> {
  return reader.all(oneTimeKeys, [user, deviceId]);
}

/** The keys that are to be given out next. */
export function readNextOneTimeKeys(
  reader: Reader,
  user: number,
  deviceId: string,
  algorithm: string,
  count: number,
): Promise<{ key_id: string; key: string }[]> {
  return reader.all(nextOneTimeKeys, [user, deviceId, algorithm, count]);
}

export function readFallbackKeys(reader: Reader, user: number, deviceId: string): Promise<FallbackKeyRow[]> {
  return reader.all(fallbackKeys, [user, deviceId]);
}

export async function readKeyCounts(reader: Reader, user: number, deviceId: string): Promise<KeyCounts> {
  const counts = await reader.all(oneTimeCounts, [user, deviceId]);
  const fallbacks = await readFallbackKeys(reader, user, deviceId);
  return {
    oneTime: Object.fromEntries([['signed_curve25519', 0], ...counts.map(({ algorithm, count }) => [algorithm, count] as const)]),
    unusedFallbacks: fallbacks.filter(({ used }) => used === 0).map(({ algorithm }) => algorithm),
  };
}

export function deviceGuard(user: number, deviceId: string): Statement {
  return { run: requireDevice, params: [user, deviceId], mustChange: 1 };
}

export function deviceKeysRowOf(user: number, deviceId: string, keys: string): Statement {
  return { insert: insertDeviceKeys, row: [user, deviceId, keys] };
}

/** Fails as a duplicate when the device has a key of this id, also a claimed one. */
export function oneTimeKeyRow(user: number, deviceId: string, { algorithm, key_id, key }: OneTimeKey, now: number): Statement {
  return { insert: insertOneTimeKey, row: [user, deviceId, algorithm, key_id, key, now, 0] };
}

/** Takes the place of the algorithm's fallback key before. */
export function fallbackKeyRow(user: number, deviceId: string, { algorithm, key_id, key }: OneTimeKey): Statement {
  return { insert: insertFallbackKey, row: [user, deviceId, algorithm, key_id, key, 0] };
}

/** Refuses the write as a guard when somebody else claimed the key. */
export function oneTimeKeyClaim(user: number, deviceId: string, algorithm: string, keyId: string): Statement {
  return { run: claimOneTimeKey, params: [user, deviceId, algorithm, keyId], mustChange: 1 };
}

export function fallbackKeyUse(user: number, deviceId: string, algorithm: string, keyId: string): Statement {
  return { run: useFallbackKey, params: [user, deviceId, algorithm, keyId] };
}

/** Forgets claimed keys that were uploaded before. */
export function claimedKeysDeletion(user: number, deviceId: string, before: number): Statement {
  return { run: forgetClaimed, params: [user, deviceId, before] };
}

/** The keys that end with their devices. */
export function deviceKeysDeletion(user: number, ending: EndingDevices): Statement[] {
  return deletions.map(({ these, allBut }) =>
    'these' in ending ? { run: these, params: [user, ending.these] } : { run: allBut, params: [user, ending.allBut] },
  );
}

/** Tells a device that its one-time or fallback keys became more or fewer. */
export function keyCountsChanged(user: number, deviceId: string): StreamRow {
  return { kind: streamKinds.oneTimeKeys, room: null, usr: user, subject: 0, detail: deviceId };
}
