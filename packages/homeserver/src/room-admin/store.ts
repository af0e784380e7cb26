import { command, type Insert, point, type Query, type Reader, scan, type Statement } from '@hearth/storage';

const insertBlocked: Insert = {
  name: 'room-admin-insert-blocked',
  table: 'blocked_rooms',
  columns: [
    { name: 'room_id', type: 'text' },
    { name: 'blocked_ts', type: 'integer' },
  ],
  onConflict: { do: 'ignore', key: ['room_id'] },
};
const deleteBlocked = command('room-admin-delete-blocked', 'DELETE FROM blocked_rooms WHERE room_id = $1');
const blockedRow = point<{ room_id: string }>('room-admin-blocked', 'SELECT room_id FROM blocked_rooms WHERE room_id = $1');

export function blockRow(roomId: string, now: number): Statement {
  return { insert: insertBlocked, row: [roomId, now] };
}

export function unblocking(roomId: string): Statement {
  return { run: deleteBlocked, params: [roomId] };
}

export async function readIsBlocked(reader: Reader, roomId: string): Promise<boolean> {
  return (await reader.first(blockedRow, [roomId])) !== undefined;
}

const insertKept: Insert = {
  name: 'room-admin-insert-kept',
  table: 'kept_rooms',
  columns: [
    { name: 'room', type: 'integer' },
    { name: 'kept_ts', type: 'integer' },
  ],
  onConflict: { do: 'ignore', key: ['room'] },
};
const deleteKept = command('room-admin-delete-kept', 'DELETE FROM kept_rooms WHERE room = $1');
const keptRoom = point<{ room: number }>('room-admin-kept', 'SELECT room FROM kept_rooms WHERE room = $1');

export function keptRow(room: number, now: number): Statement {
  return { insert: insertKept, row: [room, now] };
}

export function keptDeletion(room: number): Statement {
  return { run: deleteKept, params: [room] };
}

export async function readIsKept(reader: Reader, room: number): Promise<boolean> {
  return (await reader.first(keptRoom, [room])) !== undefined;
}

type ListedRow = {
  readonly number: number;
  readonly room_id: string;
  readonly version: string;
  readonly joined: number;
  readonly blocked: number;
};
const roomsAfter = scan<ListedRow>(
  'room-admin-rooms-after',
  `SELECT number, rooms.room_id, version, joined_members AS joined, CASE WHEN blocked_rooms.room_id IS NULL THEN 0 ELSE 1 END AS blocked
   FROM rooms LEFT JOIN blocked_rooms ON blocked_rooms.room_id = rooms.room_id WHERE number > $1 ORDER BY number LIMIT $2`,
);

export function readRoomsAfter(reader: Reader, after: number, limit: number): Promise<ListedRow[]> {
  return reader.all(roomsAfter, [after, limit]);
}

// By a sum, so that no engine walks through all jobs in the order of their numbers until it has met enough of these kinds.
const tasks = scan<{ number: number; kind: string; payload: string; failed_reason: string | null }>(
  'room-admin-tasks',
  'SELECT number, kind, payload, failed_reason FROM jobs WHERE kind {in-text $1} ORDER BY number + 0 LIMIT $2',
);

export function readTasks(reader: Reader, kinds: readonly string[], limit: number) {
  return reader.all(tasks, [kinds, limit]);
}

/** Messages before a place of the timeline, or sent before a time, whichever of the two says less. */
export type Before = { readonly depth: number; readonly number: number; readonly ts: number };
const before = `room = $1 AND in_timeline = 1 AND state_key IS NULL AND (depth, number) < ($2, $3) AND origin_server_ts < $4`;
const messagesBefore = scan<{ number: number; depth: number }>(
  'room-admin-messages-before',
  `SELECT number, depth FROM events WHERE ${before} AND (depth, number) > ($5, $6) ORDER BY depth, number LIMIT $7`,
);
const countBefore = scan<{ count: number }>('room-admin-count-before', `SELECT COUNT(*) AS count FROM events WHERE ${before}`);

/** The oldest of these messages after a place. */
export function readMessagesBefore(
  reader: Reader,
  room: number,
  { depth, number, ts }: Before,
  after: { readonly depth: number; readonly number: number },
  limit: number,
): Promise<{ number: number; depth: number }[]> {
  return reader.all(messagesBefore, [room, depth, number, ts, after.depth, after.number, limit]);
}

export async function countMessagesBefore(reader: Reader, room: number, { depth, number, ts }: Before): Promise<number> {
  return (await reader.first(countBefore, [room, depth, number, ts]))?.count ?? 0;
}

const localMembers = scan<{ usr: number }>(
  'room-admin-local-members',
  `SELECT m.usr FROM memberships m JOIN accounts a ON a.usr = m.usr
   WHERE m.room = $1 AND m.membership IN ('join', 'invite', 'knock') AND m.usr > $2 ORDER BY m.usr LIMIT $3`,
);

/** Who of this server is in the room or may come in, from a user on. */
export async function readLocalMembers(reader: Reader, room: number, after: number, limit: number): Promise<number[]> {
  return (await reader.all(localMembers, [room, after, limit])).map(({ usr }) => usr);
}

const deleteAliases = command('room-admin-delete-aliases', 'DELETE FROM aliases WHERE room = $1');
const deletePublished = command('room-admin-delete-published', 'DELETE FROM published_rooms WHERE room = $1');

/** Nothing leads to the room any more. */
export function unlisting(room: number): Statement[] {
  return [
    { run: deleteAliases, params: [room] },
    { run: deletePublished, params: [room] },
  ];
}

const ofRoom = [
  command('room-admin-delete-room', 'DELETE FROM rooms WHERE number = $1'),
  command('room-admin-delete-card', 'DELETE FROM room_cards WHERE room = $1'),
  command('room-admin-delete-parts', 'DELETE FROM room_parts WHERE room = $1'),
  command('room-admin-delete-direct', 'DELETE FROM direct_rooms WHERE room = $1'),
  command('room-admin-delete-open', 'DELETE FROM open_rooms WHERE room = $1'),
];

/** From its commit on nobody finds the room, by its id or in a directory; what belongs to it goes in parts. */
export function roomDeletion(room: number): Statement[] {
  return ofRoom.map((run) => ({ run, params: [room] }));
}

type EventIds = { readonly number: number; readonly event_id: string };
const shownEvents = scan<EventIds>(
  'room-admin-shown-events',
  'SELECT number, event_id FROM events WHERE room = $1 AND in_timeline = 1 LIMIT $2',
);
const otherEvents = scan<EventIds>(
  'room-admin-other-events',
  'SELECT number, event_id FROM events WHERE room = $1 AND in_timeline = 0 LIMIT $2',
);

export async function readSomeEvents(reader: Reader, room: number, limit: number): Promise<EventIds[]> {
  const shown = await reader.all(shownEvents, [room, limit]);
  return shown.length > 0 ? shown : reader.all(otherEvents, [room, limit]);
}

const ofEvents = [
  command('room-admin-events-words', 'DELETE FROM search WHERE {search-key} {in $1}'),
  command('room-admin-events-transactions', 'DELETE FROM transactions WHERE event {in $1}'),
  command('room-admin-events-citers', 'DELETE FROM auth_citers WHERE event {in $1}'),
  command('room-admin-events', 'DELETE FROM events WHERE number {in $1}'),
];
const ofEventIds = [
  command('room-admin-events-redactions', 'DELETE FROM redactions WHERE target {in-text $1}'),
  command('room-admin-events-relations', 'DELETE FROM relations WHERE target {in-text $1}'),
  command('room-admin-events-related', 'DELETE FROM related WHERE target {in-text $1}'),
];

/** Events and all that hangs on them. */
export function eventsDeletion(events: readonly EventIds[]): Statement[] {
  const ids = events.map(({ event_id }) => event_id);
  const numbers = events.map(({ number }) => number);
  return [...ofEventIds.map((run) => ({ run, params: [ids] })), ...ofEvents.map((run) => ({ run, params: [numbers] }))];
}

const members = scan<{ usr: number }>('room-admin-members', 'SELECT usr FROM memberships WHERE room = $1 LIMIT $2');
const ofMembers = [
  command('room-admin-members-account-data', 'DELETE FROM account_data WHERE room = $1 AND usr {in $2}'),
  command('room-admin-members-receipts', 'DELETE FROM receipts WHERE room = $1 AND usr {in $2}'),
  command('room-admin-members-exceptions', 'DELETE FROM notification_exceptions WHERE room = $1 AND usr {in $2}'),
  command('room-admin-members-delayed', 'DELETE FROM delayed_events WHERE room = $1 AND usr {in $2}'),
  command('room-admin-members-followed', 'DELETE FROM thread_subscriptions WHERE room = $1 AND usr {in $2}'),
  command('room-admin-members-direct', 'DELETE FROM direct_rooms WHERE room = $1 AND one {in $2}'),
  command(
    'room-admin-members-sliding',
    'DELETE FROM sliding_rooms WHERE room = $1 AND connection IN (SELECT number FROM sliding_connections WHERE usr {in $2})',
  ),
  command('room-admin-members-memberships', 'DELETE FROM memberships WHERE room = $1 AND usr {in $2}'),
];

export async function readSomeMembers(reader: Reader, room: number, limit: number): Promise<number[]> {
  return (await reader.all(members, [room, limit])).map(({ usr }) => usr);
}

/** What a room keeps for these users. */
export function membersDeletion(room: number, users: readonly number[]): Statement[] {
  return ofMembers.map((run) => ({ run, params: [room, users] }));
}

/** Tables of rows that belong to a room and to nothing else that goes before, by the rest of their key. */
const rest: readonly { readonly some: Query<{ readonly here: number }>; readonly remove: Query }[] = (
  [
    ['room_states', 'number'],
    ['state_nodes', 'number'],
    ['notification_exceptions', 'event'],
    ['threads', 'root'],
    ['thread_participants', 'root'],
    ['receipts', 'usr'],
    ['room_servers', 'server'],
    ['outgoing_events', 'position'],
    ['stream', 'position'],
  ] as const
).map(([table, key]) => ({
  some: point<{ here: number }>(`room-admin-some-${table}`, `SELECT 1 AS here FROM ${table} WHERE room = $1 LIMIT 1`),
  remove: command(
    `room-admin-rest-of-${table}`,
    `DELETE FROM ${table} WHERE room = $1 AND ${key} IN (SELECT ${key} FROM ${table} WHERE room = $1 LIMIT $2)`,
  ),
}));

/** A statement that deletes some more rows of the room; undefined when there are none. */
export async function restDeletion(reader: Reader, room: number, limit: number): Promise<Statement | undefined> {
  for (const { some, remove } of rest) if (await reader.first(some, [room])) return { run: remove, params: [room, limit] };
  return undefined;
}
