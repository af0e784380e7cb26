import { command, type Insert, point, type Reader, scan, type Statement, type StreamRow, streamKinds } from '@hearth/storage';

export type AccountKind = 'user' | 'guest' | 'appservice';
export type AccountState = 'active' | 'locked' | 'deactivated';
export type AccountRow = {
  readonly usr: number;
  readonly kind: AccountKind;
  readonly password_hash: string | null;
  readonly admin: number;
  readonly state: AccountState;
  readonly created_ts: number;
  readonly suspended: number;
};
export type ListedAccount = Omit<AccountRow, 'password_hash'> & { readonly user_id: string };

const accountRow = point<AccountRow>(
  'accounts-by-user',
  'SELECT usr, kind, password_hash, admin, state, created_ts, suspended FROM accounts WHERE usr = $1',
);
const anyAccount = point<{ user_id: string }>(
  'accounts-any',
  'SELECT u.user_id FROM accounts a JOIN user_ids u ON u.number = a.usr LIMIT 1',
);
const accountsAfter = scan<ListedAccount>(
  'accounts-after',
  `SELECT a.usr, a.kind, a.admin, a.state, a.created_ts, a.suspended, u.user_id FROM accounts a JOIN user_ids u ON u.number = a.usr
   WHERE a.usr > $1 AND u.number > $1 ORDER BY a.usr LIMIT 500`,
);
const insertAccount: Insert = {
  name: 'accounts-insert',
  table: 'accounts',
  columns: [
    { name: 'usr', type: 'integer' },
    { name: 'kind', type: 'text' },
    { name: 'password_hash', type: 'text' },
    { name: 'admin', type: 'integer' },
    { name: 'state', type: 'text' },
    { name: 'created_ts', type: 'integer' },
  ],
  onConflict: { do: 'fail' },
};
const setPassword = command('accounts-set-password', `UPDATE accounts SET password_hash = $2 WHERE usr = $1 AND state <> 'deactivated'`);
// A hash is only made stronger if the password has not been changed meanwhile.
const strengthenPassword = command(
  'accounts-strengthen-password',
  'UPDATE accounts SET password_hash = $3 WHERE usr = $1 AND password_hash = $2',
);
const setAdmin = command('accounts-set-admin', `UPDATE accounts SET admin = $2 WHERE usr = $1 AND state <> 'deactivated'`);
const setLocked = command('accounts-set-state', `UPDATE accounts SET state = $2 WHERE usr = $1 AND state <> 'deactivated'`);
const setSuspended = command('accounts-set-suspended', `UPDATE accounts SET suspended = $2 WHERE usr = $1 AND state <> 'deactivated'`);
// Only of a guest: nobody becomes a user twice.
const becomeUser = command(
  'accounts-become-user',
  `UPDATE accounts SET kind = 'user', password_hash = $2 WHERE usr = $1 AND kind = 'guest'`,
);
const deactivate = command(
  'accounts-deactivate',
  `UPDATE accounts SET state = 'deactivated', password_hash = NULL, admin = 0 WHERE usr = $1 AND state <> 'deactivated'`,
);

export function readAccount(reader: Reader, user: number): Promise<AccountRow | undefined> {
  return reader.first(accountRow, [user]);
}

/** The user id of one of the accounts; undefined when there are none. */
export async function readAnyUserId(reader: Reader): Promise<string | undefined> {
  return (await reader.first(anyAccount, []))?.user_id;
}

/** Up to 500 accounts with numbers after this one. */
export function readAccountsAfter(reader: Reader, user: number): Promise<ListedAccount[]> {
  return reader.all(accountsAfter, [user]);
}

/** Fails as a duplicate when the user has an account, also a deactivated one: names are never given twice. */
export function accountInsertion(account: AccountRow): Statement {
  const { usr, kind, password_hash, admin, state, created_ts } = account;
  return { insert: insertAccount, row: [usr, kind, password_hash, admin, state, created_ts] };
}

export function passwordChange(user: number, hash: string): Statement {
  return { run: setPassword, params: [user, hash], mustChange: 1 };
}

export function passwordStrengthening(user: number, before: string, after: string): Statement {
  return { run: strengthenPassword, params: [user, before, after] };
}

/** Refused as 'guard' unless this is a guest's account. */
export function guestUpgrade(user: number, hash: string): Statement {
  return { run: becomeUser, params: [user, hash], mustChange: 1 };
}

export function adminChange(user: number, admin: boolean): Statement {
  return { run: setAdmin, params: [user, admin ? 1 : 0], mustChange: 1 };
}

export function lockChange(user: number, locked: boolean): Statement {
  return { run: setLocked, params: [user, locked ? 'locked' : 'active'], mustChange: 1 };
}

export function deactivation(user: number): Statement {
  return { run: deactivate, params: [user], mustChange: 1 };
}

/** Tells every node to forget what it knows of this user's tokens. */
export function accountChanged(user: number): StreamRow {
  return { kind: streamKinds.account, room: null, usr: null, subject: user, detail: null };
}

/** As a guarded change: refused as 'guard' when the account has been deactivated. */
export function suspensionChange(user: number, suspended: boolean): Statement {
  return { run: setSuspended, params: [user, suspended ? 1 : 0], mustChange: 1 };
}
