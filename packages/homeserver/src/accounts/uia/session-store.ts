import { createHash } from 'node:crypto';

import type { Stage } from './index.ts';
import { command, type Database, type Insert, point, type Statement, type Write, WriteRefused } from '@hearth/storage';

/** What a session knows. `user` is null where nobody is logged in. */
export type UiaSession = {
  readonly user: number | null;
  readonly operation: string;
  /** Of the request's body and target: not the body itself, which may hold a new password. */
  readonly digest: string;
  readonly flows: readonly (readonly Stage[])[];
  readonly completed: readonly Stage[];
  readonly registrationToken?: string;
};
export type StoredSession = UiaSession & { readonly text: string };

/** Life of a session from its beginning. */
export const sessionLifeMs = 5 * 60_000;

const sessionRow = point<{ data: string; expires_ts: number }>(
  'uia-session',
  'SELECT data, expires_ts FROM uia_sessions WHERE session = $1',
);
const insertSession: Insert = {
  name: 'uia-insert-session',
  table: 'uia_sessions',
  columns: [
    { name: 'session', type: 'text' },
    { name: 'data', type: 'text' },
    { name: 'expires_ts', type: 'integer' },
  ],
  onConflict: { do: 'fail' },
};
const advanceSession = command('uia-advance-session', 'UPDATE uia_sessions SET data = $3 WHERE session = $1 AND data = $2');
const endSession = command('uia-end-session', 'DELETE FROM uia_sessions WHERE session = $1 AND data = $2');
const dropExpired = command('uia-drop-expired', 'DELETE FROM uia_sessions WHERE expires_ts <= $1');

/** The session as it was left, or undefined if there is none, or not any more. */
export async function readSession(database: Database, session: string, now: number): Promise<StoredSession | undefined> {
  const row = await database.reader.first(sessionRow, [keyOf(session)]);
  if (!row || row.expires_ts <= now) return undefined;
  return { ...(JSON.parse(row.data) as UiaSession), text: row.data };
}

export async function beginSession(database: Database, session: string, data: UiaSession, now: number): Promise<void> {
  // Whoever begins one sweeps up after others.
  const statements: Statement[] = [{ run: dropExpired, params: [now] }, onceRow(session, JSON.stringify(data), now + sessionLifeMs)];
  await database.write({ claims: [], statements, stream: [] });
}

/** Goes from the state that was read to the next; false if somebody else was faster. */
export function advance(database: Database, session: string, from: StoredSession, to: UiaSession): Promise<boolean> {
  return changed(database, { run: advanceSession, params: [keyOf(session), from.text, JSON.stringify(to)], mustChange: 1 });
}

/** Uses a session up; false if somebody else did. */
export function end(database: Database, session: string, from: StoredSession): Promise<boolean> {
  return changed(database, { run: endSession, params: [keyOf(session), from.text], mustChange: 1 });
}

/** Also keeps other secrets that may be used once: the row refuses a second one as a duplicate until it has expired. */
export function onceRow(secret: string, data: string, expiresTs: number): Statement {
  return { insert: insertSession, row: [keyOf(secret), data, expiresTs] };
}

/** Sessions are stored under their hash: who reads the database cannot use them. */
function keyOf(session: string): string {
  return createHash('sha256').update(session).digest('base64url');
}

async function changed(database: Database, statement: Statement): Promise<boolean> {
  const write: Write = { claims: [], statements: [statement], stream: [] };
  try {
    await database.write(write);
    return true;
  } catch (error) {
    if (error instanceof WriteRefused && error.why === 'guard') return false;
    throw error;
  }
}
