import type { JsonValue } from '@hearth/protocol';
import { command, point, type Reader, scan, type Statement, type StreamRow, streamKinds } from '@hearth/storage';

/** A whole profile: "MUST be under 64 KiB" (https://spec.matrix.org/v1.19/client-server-api/#profiles). */
export const profileBytesMax = 64 * 1024 - 1;

type Row = { field: string; value: string };

const fieldRow = point<Row>('profiles-field', 'SELECT field, value FROM profiles WHERE usr = $1 AND field = $2');
const memberRows = point<Row>(
  'profiles-member',
  `SELECT field, value FROM profiles WHERE usr = $1 AND field IN ('displayname', 'avatar_url')`,
);
const allRows = scan<Row>('profiles-all', 'SELECT field, value FROM profiles WHERE usr = $1 ORDER BY field');
const hasAccountRow = point<{ usr: number }>('profiles-has-account', `SELECT usr FROM accounts WHERE usr = $1 AND state <> 'deactivated'`);

// As JSON a profile has for each field two quotes, a colon and a comma, and two braces around. That the limit holds is decided here, where
// two fields that are set at the same time are one after the other.
const setField = command(
  'profiles-set',
  `INSERT INTO profiles (usr, field, value) SELECT CAST($1 AS BIGINT), CAST($2 AS TEXT), CAST($3 AS TEXT)
   WHERE (SELECT COALESCE(SUM(OCTET_LENGTH(field) + OCTET_LENGTH(value) + 4), 0) FROM profiles WHERE usr = $1 AND field <> $2) + $4 <= ${profileBytesMax}
   ON CONFLICT (usr, field) DO UPDATE SET value = excluded.value`,
);
const deleteField = command('profiles-delete', 'DELETE FROM profiles WHERE usr = $1 AND field = $2');
const deleteProfile = command('profiles-erase', 'DELETE FROM profiles WHERE usr = $1');

export type Field = { readonly name: string; readonly value: JsonValue };

export async function readField(reader: Reader, user: number, name: string): Promise<JsonValue | undefined> {
  const row = await reader.first(fieldRow, [user, name]);
  return row && (JSON.parse(row.value) as JsonValue);
}

/** Display name and avatar, as far as they are set. */
export async function readMemberFields(reader: Reader, user: number): Promise<Field[]> {
  return (await reader.all(memberRows, [user])).map(fieldOf);
}

export async function readFields(reader: Reader, user: number): Promise<Field[]> {
  return (await reader.all(allRows, [user])).map(fieldOf);
}

export async function readHasAccount(reader: Reader, user: number): Promise<boolean> {
  return (await reader.first(hasAccountRow, [user])) !== undefined;
}

/** Its guard fails when the profile would become too large. */
export function fieldSetting(user: number, { name, value }: Field): Statement {
  const text = JSON.stringify(value);
  const bytes = Buffer.byteLength(name) + Buffer.byteLength(text) + 4;
  return { run: setField, params: [user, name, text, bytes], mustChange: 1 };
}

export function fieldDeletion(user: number, name: string): Statement {
  return { run: deleteField, params: [user, name] };
}

export function profileErasure(user: number): Statement {
  return { run: deleteProfile, params: [user] };
}

export function profileChanged(user: number): StreamRow {
  return { kind: streamKinds.profile, room: null, usr: null, subject: user, detail: null };
}

function fieldOf({ field, value }: Row): Field {
  return { name: field, value: JSON.parse(value) as JsonValue };
}
