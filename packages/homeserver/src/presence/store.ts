import { command, type Insert, point, type Reader, scan, type Statement } from '@hearth/storage';

const listed = scan<{ observed: number }>(
  'presence-list',
  'SELECT observed FROM presence_lists WHERE usr = $1 ORDER BY observed LIMIT 500',
);
const listedCount = scan<{ count: number }>('presence-list-count', 'SELECT COUNT(*) AS count FROM presence_lists WHERE usr = $1');
const isAccount = point<{ usr: number }>('presence-is-account', `SELECT usr FROM accounts WHERE usr = $1 AND state <> 'deactivated'`);
const deleteListed = command('presence-list-delete', 'DELETE FROM presence_lists WHERE usr = $1 AND observed = $2');
const insertListed: Insert = {
  name: 'presence-list-insert',
  table: 'presence_lists',
  columns: [
    { name: 'usr', type: 'integer' },
    { name: 'observed', type: 'integer' },
  ],
  onConflict: { do: 'ignore', key: ['usr', 'observed'] },
};

export async function readList(reader: Reader, user: number): Promise<number[]> {
  return (await reader.all(listed, [user])).map(({ observed }) => observed);
}

export async function countList(reader: Reader, user: number): Promise<number> {
  return (await reader.first(listedCount, [user]))?.count ?? 0;
}

export async function readIsAccount(reader: Reader, user: number): Promise<boolean> {
  return (await reader.first(isAccount, [user])) !== undefined;
}

export function listing(user: number, observed: number): Statement {
  return { insert: insertListed, row: [user, observed] };
}

export function delisting(user: number, observed: number): Statement {
  return { run: deleteListed, params: [user, observed] };
}
