import { membershipRow } from '../streams/membership-entry.ts';
import { command, type Insert, point, type Reader, scan, streamKinds } from '@hearth/storage';

const membershipPosition = scan<{ position: number }>(
  'sync-membership-position',
  `SELECT position FROM stream WHERE usr = $1 AND kind = ${streamKinds.membership} AND subject = $2 AND detail = $3`,
);
// In the order in which users came to this server: a list that holds still, and found without walking the room.
const otherMembers = scan<{ usr: number }>(
  'sync-other-members',
  `SELECT usr FROM memberships WHERE room = $1 AND usr <> $2 AND membership IN ('join', 'invite') ORDER BY usr LIMIT 5`,
);
const formerMembers = scan<{ usr: number }>(
  'sync-former-members',
  `SELECT usr FROM memberships WHERE room = $1 AND usr <> $2 AND membership IN ('leave', 'ban') ORDER BY usr LIMIT 5`,
);
const filterRow = point<{ definition: string }>('sync-filter', 'SELECT definition FROM filters WHERE usr = $1 AND number = $2');
const filterCount = point<{ newest: number | null }>('sync-filter-newest', 'SELECT MAX(number) AS newest FROM filters WHERE usr = $1');
const sameFilter = scan<{ number: number }>('sync-filter-same', 'SELECT number FROM filters WHERE usr = $1 AND definition = $2');

export const insertFilter: Insert = {
  name: 'sync-insert-filter',
  table: 'filters',
  columns: [
    { name: 'usr', type: 'integer' },
    { name: 'number', type: 'integer' },
    { name: 'definition', type: 'text' },
  ],
  onConflict: { do: 'fail' },
};
/** Filters never expire while they are few; the oldest goes when a user has too many. */
export const deleteOldFilters = command('sync-delete-old-filters', 'DELETE FROM filters WHERE usr = $1 AND number <= $2');

/** Where a user's change of membership stands in the stream. */
export async function readMembershipPosition(
  reader: Reader,
  user: number,
  room: number,
  event: number,
  membership: string,
): Promise<number | undefined> {
  return (await reader.first(membershipPosition, [user, room, membershipRow(user, room, membership, event).detail]))?.position;
}

/** Up to five others: those in or invited, or, when there are none, those who were. */
export async function readHeroes(reader: Reader, room: number, user: number): Promise<number[]> {
  const present = await reader.all(otherMembers, [room, user]);
  if (present.length > 0) return present.map((row) => row.usr);
  return (await reader.all(formerMembers, [room, user])).map((row) => row.usr);
}

export async function readFilter(reader: Reader, user: number, number: number): Promise<string | undefined> {
  return (await reader.first(filterRow, [user, number]))?.definition;
}

export async function readNewestFilter(reader: Reader, user: number): Promise<number> {
  return (await reader.first(filterCount, [user]))?.newest ?? 0;
}

export async function findSameFilter(reader: Reader, user: number, definition: string): Promise<number | undefined> {
  return (await reader.first(sameFilter, [user, definition]))?.number;
}
