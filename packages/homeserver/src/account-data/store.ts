import { command, type Insert, point, type Reader, scan, type Statement } from '@hearth/storage';

export type AccountDataRow = { readonly room: number; readonly type: string; readonly content: string };

const one = point<{ content: string }>('account-data-one', 'SELECT content FROM account_data WHERE usr = $1 AND room = $2 AND type = $3');
const all = scan<AccountDataRow>('account-data-all', 'SELECT room, type, content FROM account_data WHERE usr = $1');
const count = scan<{ count: number }>('account-data-count', 'SELECT COUNT(*) AS count FROM account_data WHERE usr = $1');

const ofTypes = scan<{ type: string }>(
  'account-data-of-types',
  'SELECT type FROM account_data WHERE usr = $1 AND room = 0 AND type {in-text $2}',
);

const columns = [
  { name: 'usr', type: 'integer' },
  { name: 'room', type: 'integer' },
  { name: 'type', type: 'text' },
  { name: 'content', type: 'text' },
] as const;
const insertAccountData: Insert = {
  name: 'account-data-insert',
  table: 'account_data',
  columns,
  onConflict: { do: 'replace', key: ['usr', 'room', 'type'] },
};
const insertFirst: Insert = { name: 'account-data-insert-first', table: 'account_data', columns, onConflict: { do: 'fail' } };
const replaceSame = command(
  'account-data-replace-same',
  'UPDATE account_data SET content = $4 WHERE usr = $1 AND room = $2 AND type = $3 AND content = $5',
);
const deleteOne = command('account-data-delete', 'DELETE FROM account_data WHERE usr = $1 AND room = $2 AND type = $3');

/** `room` 0 is the global account data. */
export async function readAccountData(reader: Reader, user: number, room: number, type: string): Promise<string | undefined> {
  return (await reader.first(one, [user, room, type]))?.content;
}

export function readAllAccountData(reader: Reader, user: number): Promise<AccountDataRow[]> {
  return reader.all(all, [user]);
}

export async function countAccountData(reader: Reader, user: number): Promise<number> {
  return (await reader.first(count, [user]))?.count ?? 0;
}

export function accountDataRow(user: number, room: number, type: string, content: string): Statement {
  return { insert: insertAccountData, row: [user, room, type, content] };
}

/** The same, unless somebody else has changed it since it was `before`: then the write is refused. */
export function accountDataChangeFrom(user: number, room: number, type: string, before: string | undefined, content: string): Statement {
  if (before === undefined) return { insert: insertFirst, row: [user, room, type, content] };
  return { run: replaceSame, params: [user, room, type, content, before], mustChange: 1 };
}

export function accountDataDeletion(user: number, room: number, type: string): Statement {
  return { run: deleteOne, params: [user, room, type] };
}

/** Which of these types a user has stored something under, globally. */
export async function readStoredTypes(reader: Reader, user: number, types: readonly string[]): Promise<string[]> {
  return (await reader.all(ofTypes, [user, types])).map(({ type }) => type);
}
