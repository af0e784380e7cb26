import { command, type Insert, point, type Reader, scan, type Statement, type StreamRow, streamKinds, type Write } from '@hearth/storage';

type AliasRow = { readonly room: number; readonly creator: number };

const aliasRow = point<AliasRow>('rooms-alias', 'SELECT room, creator FROM aliases WHERE alias = $1');
const aliasesOfRoom = scan<{ alias: string }>('rooms-aliases-of-room', 'SELECT alias FROM aliases WHERE room = $1 ORDER BY alias LIMIT $2');
const aliasCount = scan<{ of_room: number; of_creator: number }>(
  'rooms-alias-count',
  `SELECT (SELECT COUNT(*) FROM aliases WHERE room = $1) AS of_room, (SELECT COUNT(*) FROM aliases WHERE creator = $2) AS of_creator`,
);
const localMembers = scan<{ usr: number }>(
  'rooms-local-members',
  `SELECT m.usr FROM memberships m JOIN accounts a ON a.usr = m.usr WHERE m.room = $1 AND m.membership = 'join' LIMIT $2`,
);
// From the requester's side: what it costs are their own rooms, however many the other has.
const mutual = `FROM memberships mine JOIN memberships theirs ON theirs.room = mine.room AND theirs.usr = $2 JOIN rooms r ON r.number = mine.room
   WHERE mine.usr = $1 AND mine.membership = 'join' AND theirs.membership = 'join'`;
const mutualRooms = scan<{ room: number; room_id: string }>(
  'rooms-mutual',
  `SELECT mine.room, r.room_id ${mutual} AND mine.room > $3 ORDER BY mine.room LIMIT $4`,
);
const mutualCount = scan<{ count: number }>('rooms-mutual-count', `SELECT COUNT(*) AS count ${mutual}`);
const banned = scan<{ event: number }>(
  'rooms-banned',
  `SELECT event FROM memberships WHERE room = $1 AND membership = 'ban' ORDER BY usr LIMIT $2`,
);
const guests = scan<{ usr: number }>(
  'rooms-guests',
  `SELECT m.usr FROM memberships m JOIN accounts a ON a.usr = m.usr
   WHERE m.room = $1 AND m.membership = 'join' AND a.kind = 'guest' AND m.usr > $2 ORDER BY m.usr LIMIT $3`,
);

const insertAlias: Insert = {
  name: 'rooms-insert-alias',
  table: 'aliases',
  columns: [
    { name: 'alias', type: 'text' },
    { name: 'room', type: 'integer' },
    { name: 'creator', type: 'integer' },
    { name: 'created_ts', type: 'integer' },
  ],
  onConflict: { do: 'fail' },
};
const insertPublished: Insert = {
  name: 'rooms-insert-published',
  table: 'published_rooms',
  columns: [
    { name: 'room', type: 'integer' },
    { name: 'published_ts', type: 'integer' },
  ],
  onConflict: { do: 'ignore', key: ['room'] },
};
const moveAliases = command('rooms-move-aliases', 'UPDATE aliases SET room = $2 WHERE room = $1');
const deleteAlias = command('rooms-delete-alias', 'DELETE FROM aliases WHERE alias = $1 AND room = $2 AND creator = $3');
const forgetRoom = command(
  'rooms-forget',
  `UPDATE memberships SET forgotten = 1 WHERE room = $1 AND usr = $2 AND membership IN ('leave', 'ban')`,
);

/** Most aliases of one room that are listed. */
const aliasesListedMax = 1_000;
/** How many members are looked at for one who may vouch for a join. */
const localMembersMax = 100;

export function readAlias(reader: Reader, alias: string): Promise<AliasRow | undefined> {
  return reader.first(aliasRow, [alias]);
}

export async function readAliasesOfRoom(reader: Reader, room: number): Promise<string[]> {
  const rows = await reader.all(aliasesOfRoom, [room, aliasesListedMax]);
  return rows.map((row) => row.alias);
}

/** How many aliases a room has, and somebody has made. */
export async function countAliases(reader: Reader, room: number, creator: number): Promise<{ of_room: number; of_creator: number }> {
  return (await reader.first(aliasCount, [room, creator])) ?? { of_room: 0, of_creator: 0 };
}

/** Some joined members of a room who have accounts here. */
export async function readLocalMembers(reader: Reader, room: number): Promise<number[]> {
  const rows = await reader.all(localMembers, [room, localMembersMax]);
  return rows.map((row) => row.usr);
}

/** Guests of this server who are in a room, by number. */
export async function readGuests(reader: Reader, room: number, after: number, limit: number): Promise<number[]> {
  return (await reader.all(guests, [room, after, limit])).map(({ usr }) => usr);
}

/** Numbers of the events by which people are banned from a room. */
export async function readBanned(reader: Reader, room: number, limit: number): Promise<number[]> {
  return (await reader.all(banned, [room, limit])).map(({ event }) => event);
}

/** Rooms in which both are joined, by number. */
export function readMutualRooms(
  reader: Reader,
  one: number,
  other: number,
  after: number,
  limit: number,
): Promise<{ room: number; room_id: string }[]> {
  return reader.all(mutualRooms, [one, other, after, limit]);
}

export async function countMutualRooms(reader: Reader, one: number, other: number): Promise<number> {
  return (await reader.first(mutualCount, [one, other]))?.count ?? 0;
}

export function aliasInsertion(alias: string, room: number, creator: number, now: number): Statement {
  return { insert: insertAlias, row: [alias, room, creator, now] };
}

/** Of this alias as it was read: somebody else may have got it meanwhile. */
export function aliasDeletion(alias: string, { room, creator }: AliasRow): Statement {
  return { run: deleteAlias, params: [alias, room, creator], mustChange: 1 };
}

/** All of a room's aliases lead to another room from now on; whoever made them may still remove them. */
export function aliasesMove(from: number, to: number): Statement {
  return { run: moveAliases, params: [from, to] };
}

export function publishRow(room: number, now: number): Statement {
  return { insert: insertPublished, row: [room, now] };
}

/** Refused as 'guard' unless the user has left. */
export function forgetting(room: number, user: number): Pick<Write, 'statements' | 'stream'> {
  return {
    statements: [{ run: forgetRoom, params: [room, user], mustChange: 1 }],
    stream: [{ kind: streamKinds.forgotten, room: null, usr: user, subject: room, detail: null }],
  };
}

/** The list of public rooms has something else to say of this room. */
export function listingChanged(room: number): StreamRow {
  return { kind: streamKinds.listing, room: null, usr: null, subject: room, detail: null };
}
