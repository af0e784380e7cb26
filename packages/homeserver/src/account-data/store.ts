import { type Insert, point, type Reader, scan, type Statement } from '@hearth/storage';

export type AccountDataRow = { readonly room: number; readonly type: string; readonly content: string };

const one = point<{ content: string }>('account-data-one', 'SELECT content FROM account_data WHERE usr = $1 AND room = $2 AND type = $3');
const all = scan<AccountDataRow>('account-data-all', 'SELECT room, type, content FROM account_data WHERE usr = $1');
const count = scan<{ count: number }>('account-data-count', 'SELECT COUNT(*) AS count FROM account_data WHERE usr = $1');

const insertAccountData: Insert = {
  name: 'account-data-insert',
  table: 'account_data',
  columns: [
    { name: 'usr', type: 'integer' },
    { name: 'room', type: 'integer' },
    { name: 'type', type: 'text' },
    { name: 'content', type: 'text' },
  ],
  onConflict: { do: 'replace', key: ['usr', 'room', 'type'] },
};

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
