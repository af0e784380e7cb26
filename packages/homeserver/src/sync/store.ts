import { command, type Insert, point, type Reader, scan, streamKinds } from '@hearth/storage';
import { type MembershipEntry, readMembershipEntry } from '../streams/membership-entry.ts';

const roomEvents = scan<{ position: number; subject: number }>(
  'sync-room-events',
  `SELECT position, subject FROM stream WHERE room = $1 AND kind = ${streamKinds.event} AND position > $2 AND position <= $3
   ORDER BY position DESC LIMIT $4`,
);
const lastEventAt = point<{ subject: number }>(
  'sync-last-event-at',
  `SELECT subject FROM stream WHERE room = $1 AND kind = ${streamKinds.event} AND position <= $2 ORDER BY position DESC LIMIT 1`,
);
const membershipChanges = scan<{ position: number; usr: number; subject: number; detail: string }>(
  'sync-membership-changes',
  `SELECT position, usr, subject, detail FROM stream WHERE usr = $1 AND kind = ${streamKinds.membership} AND position > $2 AND position <= $3
   ORDER BY position`,
);
const redactionsBetween = scan<{ subject: number }>(
  'sync-redactions',
  `SELECT subject FROM stream WHERE room = $1 AND kind = ${streamKinds.redaction} AND position > $2 AND position <= $3`,
);
const otherMembers = point<{ usr: number; membership: string }>(
  'sync-other-members',
  `SELECT usr, membership FROM memberships WHERE room = $1 AND usr <> $2 AND membership IN ('join', 'invite') ORDER BY usr LIMIT 5`,
);
const formerMembers = point<{ usr: number }>(
  'sync-former-members',
  `SELECT usr FROM memberships WHERE room = $1 AND usr <> $2 AND membership IN ('leave', 'ban') ORDER BY usr LIMIT 5`,
);
const readFloor = point<{ read_floor: number }>('sync-read-floor', 'SELECT read_floor FROM memberships WHERE room = $1 AND usr = $2');
const receiptFloor = point<{ countable: number | null }>(
  'sync-receipt-floor',
  `SELECT MAX(countable) AS countable FROM receipts WHERE room = $1 AND usr = $2 AND type IN ('m.read', 'm.read.private') AND thread IN ('', 'main')`,
);
const exceptionsAbove = scan<{ highlights: number | null; delta: number | null }>(
  'sync-exceptions',
  `SELECT SUM(highlight) AS highlights, SUM(notify_delta) AS delta FROM notification_exceptions WHERE room = $1 AND usr IN (0, $2) AND countable > $3`,
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

/** Newest first, at most `limit`. */
export function readRoomEvents(reader: Reader, room: number, since: number, upTo: number, limit: number): Promise<{ position: number; subject: number }[]> {
  return reader.all(roomEvents, [room, since, upTo, limit]);
}

export async function readLastEventAt(reader: Reader, room: number, position: number): Promise<number | undefined> {
  return (await reader.first(lastEventAt, [room, position]))?.subject;
}

/** Oldest first. */
export async function readMembershipChanges(reader: Reader, user: number, since: number, upTo: number): Promise<MembershipEntry[]> {
  return (await reader.all(membershipChanges, [user, since, upTo])).map(readMembershipEntry);
}

export async function readRedactions(reader: Reader, room: number, since: number, upTo: number): Promise<number[]> {
  return (await reader.all(redactionsBetween, [room, since, upTo])).map((row) => row.subject);
}

/** Up to five others: those in or invited, or, when there are none, those who were. */
export async function readHeroes(reader: Reader, room: number, user: number): Promise<number[]> {
  const present = await reader.all(otherMembers, [room, user]);
  if (present.length > 0) return present.map((row) => row.usr);
  return (await reader.all(formerMembers, [room, user])).map((row) => row.usr);
}

/** The room's running number of countable events up to which the user has read. */
export async function readReadUpTo(reader: Reader, room: number, user: number): Promise<number> {
  const floor = (await reader.first(readFloor, [room, user]))?.read_floor ?? 0;
  const receipt = (await reader.first(receiptFloor, [room, user]))?.countable ?? 0;
  return Math.max(floor, receipt);
}

/** What a user's mentions and own rules add to or take from the count above a running number. */
export async function readExceptions(reader: Reader, room: number, user: number, above: number): Promise<{ highlights: number; delta: number }> {
  const row = await reader.first(exceptionsAbove, [room, user, above]);
  return { highlights: row?.highlights ?? 0, delta: row?.delta ?? 0 };
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
