import { command, point, scan, type Insert } from '@hearth/storage';

/** The engine's queries. Only engine/ writes events, states and rooms. */

export type RoomRow = {
  number: number;
  room_id: string;
  version: string;
  revision: number;
  current_state: number;
  next_number: number;
  depth: number;
  extremities: string;
  countable: number;
  joined_members: number;
  invited_members: number;
};

export type EventRow = {
  number: number;
  event_id: string;
  room: number;
  state_key: number | null;
  sender: number;
  verdict: number;
  in_timeline: number;
  countable: number;
  state_before: number | null;
  state_after: number | null;
  redacted_by: number | null;
  auth_rank: number | null;
  auth_events: Uint8Array | null;
  received_ts: number;
  json: Uint8Array;
  signatures: Uint8Array | null;
};

const roomColumns =
  'number, room_id, version, revision, current_state, next_number, depth, extremities, countable, joined_members, invited_members';
const eventColumns =
  'number, event_id, room, state_key, sender, verdict, in_timeline, countable, state_before, state_after, redacted_by, auth_rank, auth_events, received_ts, json, signatures';

export const roomById = point<RoomRow>('engine-room-by-id', `SELECT ${roomColumns} FROM rooms WHERE room_id = $1`);
export const roomByNumber = point<RoomRow>('engine-room-by-number', `SELECT ${roomColumns} FROM rooms WHERE number = $1`);

export const eventById = point<EventRow>('engine-event-by-id', `SELECT ${eventColumns} FROM events WHERE event_id = $1`);
export const eventByNumber = point<EventRow>('engine-event-by-number', `SELECT ${eventColumns} FROM events WHERE number = $1`);
/** Up to 20 events: answered on the main thread. */
export const someEvents = point<EventRow>('engine-some-events', `SELECT ${eventColumns} FROM events WHERE number {in $1}`);
export const manyEvents = scan<EventRow>('engine-many-events', `SELECT ${eventColumns} FROM events WHERE number {in $1}`);
export const extremityEvents = point<{ number: number; event_id: string; state_after: number }>(
  'engine-extremity-events',
  'SELECT number, event_id, state_after FROM events WHERE number {in $1}',
);
/** Up to 20 events by id, in any room. */
export const someEventsById = point<EventRow>('engine-some-events-by-id', `SELECT ${eventColumns} FROM events WHERE event_id {in-text $1}`);

export type PlaceRow = { event_id: string; number: number; room: number; state_key: number | null; verdict: number };
/** Where events are, by their ids, without the events themselves. */
export const placesById = scan<PlaceRow>(
  'engine-places-by-id',
  'SELECT event_id, number, room, state_key, verdict FROM events WHERE event_id {in-text $1}',
);

export type MemberRow = { user_id: string; membership: string };
/** Who is or was in a room of the users whose ids end so, those who are joined first. `$2` is a pattern. */
export const membersLike = scan<MemberRow>(
  'engine-members-like',
  `SELECT user_ids.user_id, memberships.membership FROM memberships JOIN user_ids ON user_ids.number = memberships.usr
     WHERE memberships.room = $1 AND user_ids.user_id LIKE $2 ESCAPE '!'
     ORDER BY CASE memberships.membership WHEN 'join' THEN 0 ELSE 1 END, memberships.usr LIMIT $3`,
);

export type AuthRow = { number: number; auth_rank: number | null; auth_events: Uint8Array | null };
/** Places in the graph of auth events, without the events themselves. */
export const authPlaces = scan<AuthRow>('engine-auth-places', 'SELECT number, auth_rank, auth_events FROM events WHERE number {in $1}');

/** State events that cite an event, newest first, below a number. */
export const citersOf = scan<{ citer: number; state_key: number }>(
  'engine-citers-of',
  `SELECT auth_citers.citer, events.state_key FROM auth_citers JOIN events ON events.number = auth_citers.citer
     WHERE auth_citers.event = $1 AND auth_citers.citer < $2 ORDER BY auth_citers.citer DESC LIMIT $3`,
);

export const stateRoot = point<{ root: Uint8Array }>('engine-state-root', 'SELECT root FROM room_states WHERE room = $1 AND number = $2');
/** Nodes written by one change are one row under its first number; the node is in the row with the largest number not above it. */
export const stateNodes = point<{ number: number; bytes: Uint8Array }>(
  'engine-state-nodes',
  'SELECT number, bytes FROM state_nodes WHERE room = $1 AND number <= $2 ORDER BY number DESC LIMIT 1',
);

export const userById = point<{ number: number }>('engine-user-by-id', 'SELECT number FROM user_ids WHERE user_id = $1');
export const usersByNumber = point<{ number: number; user_id: string }>(
  'engine-users-by-number',
  'SELECT number, user_id FROM user_ids WHERE number {in $1}',
);
export const stateKeyByText = point<{ number: number }>(
  'engine-state-key',
  'SELECT number FROM state_keys WHERE type = $1 AND state_key = $2',
);

export const keysOfOtherTypes = scan<{ number: number }>(
  'engine-keys-of-other-types',
  'SELECT number FROM state_keys WHERE number {in $1} AND type <> $2',
);

export const transactionEvent = point<{ event: number | null }>(
  'engine-transaction',
  'SELECT event FROM transactions WHERE usr = $1 AND device_id = $2 AND scope = $3 AND txn_id = $4',
);

export const redactionsOf = point<{ redaction: number }>(
  'engine-redactions-of',
  'SELECT redaction FROM redactions WHERE target = $1 ORDER BY redaction LIMIT 20',
);

const fail = { do: 'fail' } as const;

export const insertUser: Insert = {
  name: 'engine-insert-user',
  table: 'user_ids',
  columns: [
    { name: 'number', type: 'integer' },
    { name: 'user_id', type: 'text' },
  ],
  onConflict: { do: 'ignore', key: ['user_id'] },
};

export const insertStateKey: Insert = {
  name: 'engine-insert-state-key',
  table: 'state_keys',
  columns: [
    { name: 'number', type: 'integer' },
    { name: 'type', type: 'bytes' },
    { name: 'state_key', type: 'bytes' },
  ],
  onConflict: { do: 'ignore', key: ['type', 'state_key'] },
};

export const insertRoom: Insert = {
  name: 'engine-insert-room',
  table: 'rooms',
  columns: [
    { name: 'number', type: 'integer' },
    { name: 'room_id', type: 'text' },
    { name: 'version', type: 'text' },
    { name: 'revision', type: 'integer' },
    { name: 'current_state', type: 'integer' },
    { name: 'next_number', type: 'integer' },
    { name: 'depth', type: 'integer' },
    { name: 'extremities', type: 'text' },
    { name: 'countable', type: 'integer' },
    { name: 'joined_members', type: 'integer' },
    { name: 'invited_members', type: 'integer' },
    { name: 'created_ts', type: 'integer' },
  ],
  onConflict: fail,
};

export const insertEvent: Insert = {
  name: 'engine-insert-event',
  table: 'events',
  columns: [
    { name: 'number', type: 'integer' },
    { name: 'event_id', type: 'text' },
    { name: 'room', type: 'integer' },
    { name: 'type', type: 'text' },
    { name: 'state_key', type: 'integer' },
    { name: 'sender', type: 'integer' },
    { name: 'depth', type: 'integer' },
    { name: 'origin_server_ts', type: 'integer' },
    { name: 'received_ts', type: 'integer' },
    { name: 'verdict', type: 'integer' },
    { name: 'in_timeline', type: 'integer' },
    { name: 'countable', type: 'integer' },
    { name: 'state_before', type: 'integer' },
    { name: 'state_after', type: 'integer' },
    { name: 'refusal', type: 'text' },
    { name: 'redacted_by', type: 'integer' },
    { name: 'auth_rank', type: 'integer' },
    { name: 'auth_events', type: 'bytes' },
    { name: 'json', type: 'bytes' },
    { name: 'signatures', type: 'bytes' },
  ],
  onConflict: fail,
};

export const insertAuthCiter: Insert = {
  name: 'engine-insert-auth-citer',
  table: 'auth_citers',
  columns: [
    { name: 'event', type: 'integer' },
    { name: 'citer', type: 'integer' },
  ],
  onConflict: { do: 'ignore', key: ['event', 'citer'] },
};

export const insertStateRoot: Insert = {
  name: 'engine-insert-state-root',
  table: 'room_states',
  columns: [
    { name: 'room', type: 'integer' },
    { name: 'number', type: 'integer' },
    { name: 'root', type: 'bytes' },
  ],
  onConflict: fail,
};

export const insertStateNodes: Insert = {
  name: 'engine-insert-state-nodes',
  table: 'state_nodes',
  columns: [
    { name: 'room', type: 'integer' },
    { name: 'number', type: 'integer' },
    { name: 'bytes', type: 'bytes' },
  ],
  onConflict: fail,
};

export const insertMembership: Insert = {
  name: 'engine-insert-membership',
  table: 'memberships',
  columns: [
    { name: 'room', type: 'integer' },
    { name: 'usr', type: 'integer' },
    { name: 'membership', type: 'text' },
    { name: 'event', type: 'integer' },
    { name: 'forgotten', type: 'integer' },
    { name: 'read_floor', type: 'integer' },
  ],
  onConflict: { do: 'replace', key: ['room', 'usr'] },
};

export const insertTransaction: Insert = {
  name: 'engine-insert-transaction',
  table: 'transactions',
  columns: [
    { name: 'usr', type: 'integer' },
    { name: 'device_id', type: 'text' },
    { name: 'scope', type: 'text' },
    { name: 'txn_id', type: 'text' },
    { name: 'event', type: 'integer' },
    { name: 'response', type: 'text' },
    { name: 'ts', type: 'integer' },
  ],
  onConflict: fail,
};

export const insertRedaction: Insert = {
  name: 'engine-insert-redaction',
  table: 'redactions',
  columns: [
    { name: 'target', type: 'text' },
    { name: 'redaction', type: 'integer' },
  ],
  onConflict: { do: 'ignore', key: ['target', 'redaction'] },
};

export const updateRoom = command(
  'engine-update-room',
  `UPDATE rooms SET current_state = $2, next_number = $3, depth = $4, extremities = $5, countable = $6, joined_members = $7,
     invited_members = $8 WHERE number = $1`,
);

export const raisePurgedCountable = command(
  'engine-raise-purged-countable',
  'UPDATE rooms SET purged_countable = $3 WHERE number = $1 AND purged_countable >= $2 AND purged_countable < $3',
);

/** Who sends an event has read what came before it. */
export const raiseReadFloor = command('engine-raise-read-floor', 'UPDATE memberships SET read_floor = $3 WHERE room = $1 AND usr = $2');

/** Another event says the same of the member: what they have read stays as it is. */
export const replaceMembershipEvent = command(
  'engine-replace-membership-event',
  'UPDATE memberships SET event = $3 WHERE room = $1 AND usr = $2',
);

export const redactEvent = command('engine-redact-event', 'UPDATE events SET json = $2, redacted_by = $3 WHERE number = $1');

/** What cites the event, and the state around it, stay right; it is in no reading of the timeline any more. */
export const emptyEvent = command(
  'engine-empty-event',
  'UPDATE events SET json = $2, signatures = NULL, refusal = NULL, in_timeline = 0 WHERE number = $1',
);

export const metaValue = point<{ value: string }>('engine-meta', 'SELECT value FROM meta WHERE key = $1');

/** What is there stays: several nodes may start at once. */
export const insertMeta: Insert = {
  name: 'engine-insert-meta',
  table: 'meta',
  columns: [
    { name: 'key', type: 'text' },
    { name: 'value', type: 'text' },
  ],
  onConflict: { do: 'ignore', key: ['key'] },
};

export const insertNotificationException: Insert = {
  name: 'engine-insert-notification-exception',
  table: 'notification_exceptions',
  columns: [
    { name: 'room', type: 'integer' },
    { name: 'usr', type: 'integer' },
    { name: 'event', type: 'integer' },
    { name: 'countable', type: 'integer' },
    { name: 'highlight', type: 'integer' },
    { name: 'notify_delta', type: 'integer' },
    { name: 'thread', type: 'text' },
  ],
  onConflict: { do: 'ignore', key: ['room', 'usr', 'event'] },
};
