import { point, type Reader, scan, type StreamEntry, streamKinds } from '@hearth/storage';

const columns = 'position, kind, room, usr, subject, detail';

const newestEntries = scan<StreamEntry>(
  'streams-newest-entries',
  `SELECT ${columns} FROM stream WHERE position > $1 AND position <= $2 ORDER BY position`,
);
/** The kinds are named, so that the index by (room, kind, position) finds what is new without walking what is old. */
const roomsChanged = scan<{ room: number }>(
  'streams-rooms-changed',
  `SELECT DISTINCT room FROM stream WHERE room {in $1} AND position > $2
   AND kind IN (${streamKinds.event}, ${streamKinds.state}, ${streamKinds.receipt}, ${streamKinds.redaction}, ${streamKinds.deviceList})`,
);
const roomEntries = scan<StreamEntry>(
  'streams-room-entries',
  `SELECT ${columns} FROM stream WHERE room = $1 AND kind = $2 AND position > $3 AND position <= $4 ORDER BY position LIMIT $5`,
);
const roomEntriesBackwards = scan<StreamEntry>(
  'streams-room-entries-backwards',
  `SELECT ${columns} FROM stream WHERE room = $1 AND kind = $2 AND position > $3 AND position <= $4 ORDER BY position DESC LIMIT $5`,
);
const roomSubjects = scan<{ subject: number }>(
  'streams-room-subjects',
  'SELECT DISTINCT subject FROM stream WHERE room = $1 AND kind = $2 AND position > $3 AND position <= $4',
);
const roomsSubjects = scan<{ subject: number }>(
  'streams-rooms-subjects',
  'SELECT DISTINCT subject FROM stream WHERE room {in $1} AND kind = $2 AND position > $3 AND position <= $4',
);
const lastRoomEntry = point<StreamEntry>(
  'streams-last-room-entry',
  `SELECT ${columns} FROM stream WHERE room = $1 AND kind = $2 AND position <= $3 ORDER BY position DESC LIMIT 1`,
);
const entryOf = scan<StreamEntry>('streams-entry-of', `SELECT ${columns} FROM stream WHERE room = $1 AND kind = $2 AND subject = $3`);
/** One row for each (subject, detail): what changed, not how often. */
const userEntries = scan<StreamEntry>(
  'streams-user-entries',
  `SELECT ${columns} FROM stream WHERE position IN (
     SELECT MAX(position) FROM stream WHERE usr = $1 AND kind = $2 AND position > $3 AND position <= $4 GROUP BY subject, detail)
   ORDER BY position`,
);
/** The first and the last change in each room. */
const membershipEnds = scan<StreamEntry>(
  'streams-membership-ends',
  `SELECT ${columns} FROM stream WHERE position IN (
     SELECT MIN(position) FROM stream WHERE usr = $1 AND kind = ${streamKinds.membership} AND position > $2 AND position <= $3 GROUP BY subject
     UNION
     SELECT MAX(position) FROM stream WHERE usr = $1 AND kind = ${streamKinds.membership} AND position > $2 AND position <= $3 GROUP BY subject)
   ORDER BY position`,
);

/** All entries in (since, upTo], oldest first. */
export function readEntries(reader: Reader, since: number, upTo: number): Promise<StreamEntry[]> {
  return reader.all(newestEntries, [since, upTo]);
}

export async function readRoomsChanged(reader: Reader, rooms: readonly number[], since: number): Promise<number[]> {
  return (await reader.all(roomsChanged, [rooms, since])).map((row) => row.room);
}

/** Entries of one kind of a room, oldest first, or, `newestFirst`, from the other end. */
export function readRoomEntries(
  reader: Reader,
  room: number,
  kind: number,
  since: number,
  upTo: number,
  limit: number,
  newestFirst = false,
): Promise<StreamEntry[]> {
  return reader.all(newestFirst ? roomEntriesBackwards : roomEntries, [room, kind, since, upTo, limit]);
}

export async function readRoomSubjects(reader: Reader, room: number, kind: number, since: number, upTo: number): Promise<number[]> {
  return (await reader.all(roomSubjects, [room, kind, since, upTo])).map((row) => row.subject);
}

/** The same for several rooms together. */
export async function readRoomsSubjects(
  reader: Reader,
  rooms: readonly number[],
  kind: number,
  since: number,
  upTo: number,
): Promise<number[]> {
  return (await reader.all(roomsSubjects, [rooms, kind, since, upTo])).map((row) => row.subject);
}

export function readLastRoomEntry(reader: Reader, room: number, kind: number, position: number): Promise<StreamEntry | undefined> {
  return reader.first(lastRoomEntry, [room, kind, position]);
}

export function readEntryOf(reader: Reader, room: number, kind: number, subject: number): Promise<StreamEntry | undefined> {
  return reader.first(entryOf, [room, kind, subject]);
}

/** Of a user's entries of one kind the newest of each (subject, detail), oldest first. */
export function readUserEntries(reader: Reader, user: number, kind: number, since: number, upTo: number): Promise<StreamEntry[]> {
  return reader.all(userEntries, [user, kind, since, upTo]);
}

export function readMembershipEnds(reader: Reader, user: number, since: number, upTo: number): Promise<StreamEntry[]> {
  return reader.all(membershipEnds, [user, since, upTo]);
}
