import type { EndingDevices } from './deps.ts';
import type { AccountKind, AccountState } from './store.ts';
import { command, type Insert, point, type Reader, type Statement } from '@hearth/storage';

export type TokenRow = {
  readonly usr: number;
  readonly user_id: string;
  readonly device_id: string;
  readonly expires_ts: number | null;
  readonly created_ts: number;
  readonly kind: AccountKind;
  readonly admin: number;
  readonly suspended: number;
  readonly state: AccountState;
  /** Refresh tokens that were exchanged for this token, or before it, and have not been taken back yet. */
  readonly exchanged: number;
};
export type RefreshRow = {
  readonly usr: number;
  readonly user_id: string;
  readonly device_id: string;
  readonly created_ts: number;
  readonly state: AccountState;
};

const tokenRow = point<TokenRow>(
  'tokens-access',
  `SELECT t.usr, u.user_id, t.device_id, t.expires_ts, t.created_ts, a.kind, a.admin, a.suspended, a.state,
     (SELECT COUNT(*) FROM refresh_tokens r
      WHERE r.usr = t.usr AND r.device_id = t.device_id AND r.created_ts < t.created_ts) AS exchanged
   FROM access_tokens t JOIN accounts a ON a.usr = t.usr JOIN user_ids u ON u.number = t.usr WHERE t.hash = $1`,
);
const refreshRow = point<RefreshRow>(
  'tokens-refresh',
  `SELECT r.usr, u.user_id, r.device_id, r.created_ts, a.state
   FROM refresh_tokens r JOIN accounts a ON a.usr = r.usr JOIN user_ids u ON u.number = r.usr WHERE r.hash = $1`,
);
const insertAccess: Insert = {
  name: 'tokens-insert-access',
  table: 'access_tokens',
  columns: [
    { name: 'hash', type: 'bytes' },
    { name: 'usr', type: 'integer' },
    { name: 'device_id', type: 'text' },
    { name: 'expires_ts', type: 'integer' },
    { name: 'created_ts', type: 'integer' },
  ],
  onConflict: { do: 'fail' },
};
const insertRefresh: Insert = {
  name: 'tokens-insert-refresh',
  table: 'refresh_tokens',
  columns: [
    { name: 'hash', type: 'bytes' },
    { name: 'usr', type: 'integer' },
    { name: 'device_id', type: 'text' },
    { name: 'spent', type: 'integer' },
    { name: 'created_ts', type: 'integer' },
  ],
  onConflict: { do: 'fail' },
};
// Serialises two uses of one refresh token, and refuses one that has been taken back meanwhile.
const spendRefresh = command('tokens-spend-refresh', 'UPDATE refresh_tokens SET spent = 1 WHERE hash = $1');
const deleteAccessOfDevices = command('tokens-delete-access', 'DELETE FROM access_tokens WHERE usr = $1 AND device_id {in-text $2}');
const deleteRefreshOfDevices = command('tokens-delete-refresh', 'DELETE FROM refresh_tokens WHERE usr = $1 AND device_id {in-text $2}');
const deleteOtherAccess = command('tokens-delete-other-access', 'DELETE FROM access_tokens WHERE usr = $1 AND device_id <> $2');
const deleteOtherRefresh = command('tokens-delete-other-refresh', 'DELETE FROM refresh_tokens WHERE usr = $1 AND device_id <> $2');
const deleteAccessAround = command(
  'tokens-delete-access-around',
  'DELETE FROM access_tokens WHERE usr = $1 AND device_id = $2 AND (created_ts < $3 OR created_ts > $4)',
);
const deleteRefreshAround = command(
  'tokens-delete-refresh-around',
  'DELETE FROM refresh_tokens WHERE usr = $1 AND device_id = $2 AND (created_ts < $3 OR created_ts > $4)',
);
const deleteAllAccess = command('tokens-delete-all-access', 'DELETE FROM access_tokens WHERE usr = $1');
const deleteAllRefresh = command('tokens-delete-all-refresh', 'DELETE FROM refresh_tokens WHERE usr = $1');

export function readToken(reader: Reader, hash: Uint8Array): Promise<TokenRow | undefined> {
  return reader.first(tokenRow, [hash]);
}

export function readRefreshToken(reader: Reader, hash: Uint8Array): Promise<RefreshRow | undefined> {
  return reader.first(refreshRow, [hash]);
}

export function accessInsertion(hash: Uint8Array, user: number, deviceId: string, expiresTs: number | null, now: number): Statement {
  return { insert: insertAccess, row: [hash, user, deviceId, expiresTs, now] };
}

export function refreshInsertion(hash: Uint8Array, user: number, deviceId: string, now: number): Statement {
  return { insert: insertRefresh, row: [hash, user, deviceId, 0, now] };
}

export function refreshSpending(hash: Uint8Array): Statement {
  return { run: spendRefresh, params: [hash], mustChange: 1 };
}

/** With all devices those tokens go too that belong to none. */
export function tokensDeletion(user: number, ending: EndingDevices): Statement[] {
  if ('these' in ending) return [deleteAccessOfDevices, deleteRefreshOfDevices].map((run) => ({ run, params: [user, ending.these] }));
  if (ending.allBut === '') return [deleteAllAccess, deleteAllRefresh].map((run) => ({ run, params: [user] }));
  return [deleteOtherAccess, deleteOtherRefresh].map((run) => ({ run, params: [user, ending.allBut] }));
}

/** A device's tokens that were made before `from` or after `to`. */
export function tokensAroundDeletion(user: number, deviceId: string, from: number, to: number): Statement[] {
  return [deleteAccessAround, deleteRefreshAround].map((run) => ({ run, params: [user, deviceId, from, to] }));
}
