import { after } from '../parts.ts';
import { command, type Insert, type Reader, scan, type Statement } from '@hearth/storage';

/** Users among whom a search chooses those who may be shown, and joined members of the searcher's rooms who are looked through. */
export const candidatesMax = 2_000;
const roommatesMax = 10_000;

export type IndexedRow = { readonly usr: number; readonly user_id: string; readonly name: string | null };
export type FoundRow = IndexedRow & { readonly avatar: string | null };

// Everything else is looked up for each of them by its key: joined, it would be at the mercy of what PostgreSQL guesses of tables that have
// just grown. Whoever logs in as a person or a bot can be found; guests come and go, locked and deactivated accounts are nobody's to find.
const isFindable = `(SELECT 1 FROM accounts c WHERE c.usr = u.number AND c.state = 'active' AND c.kind <> 'guest') = 1`;
const displayName = `(SELECT n.value FROM profiles n WHERE n.usr = u.number AND n.field = 'displayname')`;
const avatarUrl = `(SELECT a.value FROM profiles a WHERE a.usr = u.number AND a.field = 'avatar_url')`;
const indexed = scan<IndexedRow>(
  'directory-users',
  `SELECT u.number AS usr, u.user_id, ${displayName} AS name FROM user_ids u WHERE u.number {in $1} AND ${isFindable}`,
);
const partsOfUsers = scan<{ usr: number; part: string }>('directory-user-parts', 'SELECT usr, part FROM user_parts WHERE usr {in $1}');
const byPart = scan<{ usr: number }>(
  'directory-users-by-part',
  `SELECT DISTINCT usr FROM user_parts WHERE part >= $1 AND part < $2 LIMIT ${candidatesMax}`,
);
const byPartOf = scan<{ usr: number }>(
  'directory-users-by-part-of',
  'SELECT DISTINCT usr FROM user_parts WHERE usr {in $1} AND part >= $2 AND part < $3',
);
const roommatesByPart = scan<{ usr: number }>(
  'directory-roommates-by-part',
  `SELECT DISTINCT p.usr FROM
     (SELECT theirs.usr FROM memberships mine JOIN memberships theirs ON theirs.room = mine.room AND theirs.membership = 'join'
      WHERE mine.usr = $1 AND mine.membership = 'join' LIMIT ${roommatesMax}) AS roommates
   JOIN user_parts p ON p.usr = roommates.usr WHERE p.part >= $2 AND p.part < $3 LIMIT ${candidatesMax}`,
);
const shown = `SELECT u.number AS usr, u.user_id, ${displayName} AS name, ${avatarUrl} AS avatar
   FROM user_ids u WHERE u.number {in $1} AND ${isFindable}`;
const shownToAll = scan<FoundRow>('directory-users-shown', shown);
// Not EXISTS, which PostgreSQL may answer by joining all memberships once.
const shownToKnown = scan<FoundRow>(
  'directory-users-known',
  `${shown} AND COALESCE(
     (SELECT 1 FROM memberships m JOIN open_rooms o ON o.room = m.room WHERE m.usr = u.number AND m.membership = 'join' LIMIT 1),
     (SELECT 1 FROM memberships mine JOIN memberships theirs ON theirs.room = mine.room AND theirs.usr = u.number AND theirs.membership = 'join'
      WHERE mine.usr = $2 AND mine.membership = 'join' LIMIT 1)) = 1`,
);
const insertPart: Insert = {
  name: 'directory-insert-user-part',
  table: 'user_parts',
  columns: [
    { name: 'part', type: 'text' },
    { name: 'usr', type: 'integer' },
  ],
  onConflict: { do: 'ignore', key: ['part', 'usr'] },
};
const deletePart = command('directory-delete-user-part', 'DELETE FROM user_parts WHERE part = $1 AND usr = $2');

/** Of these users those who can be found, with what they are found by. */
export function readFindable(reader: Reader, users: readonly number[]): Promise<IndexedRow[]> {
  return reader.all(indexed, [users]);
}

/** The parts under which these users are in the index. */
export async function readParts(reader: Reader, users: readonly number[]): Promise<ReadonlyMap<number, ReadonlySet<string>>> {
  const parts = new Map<number, Set<string>>(users.map((user) => [user, new Set()]));
  for (const { usr, part } of await reader.all(partsOfUsers, [users])) parts.get(usr)?.add(part);
  return parts;
}

/**
 * Users whose names hold all of these; where there are very many, some of them, and all with whom the searcher shares a room. Whether
 * they may be shown is another question.
 */
export async function readCandidates(reader: Reader, parts: readonly string[], searcher: number): Promise<readonly number[]> {
  const [first, ...others] = parts;
  if (first === undefined) return [];
  let users = (await reader.all(byPart, [first, after(first)])).map(({ usr }) => usr);
  if (users.length >= candidatesMax) {
    const roommates = await reader.all(roommatesByPart, [searcher, first, after(first)]);
    users = [...new Set([...users, ...roommates.map(({ usr }) => usr)])];
  }
  for (const part of others) {
    if (users.length === 0) return [];
    users = (await reader.all(byPartOf, [users, part, after(part)])).map(({ usr }) => usr);
  }
  return users;
}

/** Of these users those whom the searcher may see: all, or those who are in an open room or in one of the searcher's. */
export function readShown(reader: Reader, users: readonly number[], searcher: number, everybody: boolean): Promise<FoundRow[]> {
  return everybody ? reader.all(shownToAll, [users]) : reader.all(shownToKnown, [users, searcher]);
}

export function partInsertion(part: string, user: number): Statement {
  return { insert: insertPart, row: [part, user] };
}

export function partDeletion(part: string, user: number): Statement {
  return { run: deletePart, params: [part, user] };
}
