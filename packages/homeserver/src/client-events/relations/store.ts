import { command, type Insert, point, type Query, type Reader, scan, type Statement } from '@hearth/storage';

/** Relations that are told together with their target, as bits of `related.kinds`. The numbers are on disk: never change one. */
export const relatedKinds = { edit: 1, thread: 2, reference: 4 } as const;
export const allKinds = relatedKinds.edit | relatedKinds.thread | relatedKinds.reference;

export type RelationRow = {
  readonly target: string;
  readonly relType: string;
  readonly depth: number;
  readonly event: number;
  readonly room: number;
  readonly type: string;
  readonly sender: number;
  readonly ts: number;
  readonly eventId: string;
};

const insertRelation: Insert = {
  name: 'relations-insert',
  table: 'relations',
  columns: [
    { name: 'target', type: 'text' },
    { name: 'rel_type', type: 'text' },
    { name: 'depth', type: 'integer' },
    { name: 'event', type: 'integer' },
    { name: 'room', type: 'integer' },
    { name: 'type', type: 'text' },
    { name: 'sender', type: 'integer' },
    { name: 'ts', type: 'integer' },
    { name: 'event_id', type: 'text' },
  ],
  onConflict: { do: 'ignore', key: ['target', 'rel_type', 'depth', 'event'] },
};
const deleteRelation = command(
  'relations-delete',
  'DELETE FROM relations WHERE target = $1 AND rel_type = $2 AND depth = $3 AND event = $4',
);
const addKind = command(
  'relations-add-kind',
  'INSERT INTO related (target, kinds) VALUES ($1, $2) ON CONFLICT (target) DO UPDATE SET kinds = related.kinds | excluded.kinds',
);
/** The row's latest reply stays where an older one arrives late. */
const addReply = command(
  'relations-add-reply',
  `INSERT INTO threads (room, root, latest_depth, latest_event, replies) VALUES ($1, $2, $3, $4, 1)
   ON CONFLICT (room, root) DO UPDATE SET replies = threads.replies + 1,
     latest_event = CASE WHEN (excluded.latest_depth, excluded.latest_event) > (threads.latest_depth, threads.latest_event)
       THEN excluded.latest_event ELSE threads.latest_event END,
     latest_depth = CASE WHEN (excluded.latest_depth, excluded.latest_event) > (threads.latest_depth, threads.latest_event)
       THEN excluded.latest_depth ELSE threads.latest_depth END`,
);
const addParticipant = command(
  'relations-add-participant',
  `INSERT INTO thread_participants (room, root, usr, replies) VALUES ($1, $2, $3, 1)
   ON CONFLICT (room, root, usr) DO UPDATE SET replies = thread_participants.replies + 1`,
);
const newestReply = (column: 'depth' | 'event'): string =>
  `COALESCE((SELECT ${column} FROM relations WHERE target = $2 AND rel_type = 'm.thread' AND room = $1 ORDER BY depth DESC, event DESC LIMIT 1), 0)`;
const removeReply = command(
  'relations-remove-reply',
  `UPDATE threads SET replies = replies - 1, latest_depth = ${newestReply('depth')}, latest_event = ${newestReply('event')}
   WHERE room = $1 AND root = $2`,
);
const removeEmptyThread = command('relations-remove-empty-thread', 'DELETE FROM threads WHERE room = $1 AND root = $2 AND replies <= 0');
const removeParticipant = command(
  'relations-remove-participant',
  'UPDATE thread_participants SET replies = replies - 1 WHERE room = $1 AND root = $2 AND usr = $3',
);

/** The rows of a relation. */
export function relationAdded(row: RelationRow): Statement[] {
  const { target, relType, depth, event, room, type, sender, ts, eventId } = row;
  const added: Statement = { insert: insertRelation, row: [target, relType, depth, event, room, type, sender, ts, eventId] };
  const kind = kindOf(relType);
  const related: Statement[] = kind === undefined ? [] : [{ run: addKind, params: [target, kind] }];
  if (relType !== 'm.thread') return [added, ...related];
  return [
    added,
    ...related,
    { run: addReply, params: [room, target, depth, event] },
    { run: addParticipant, params: [room, target, sender] },
  ];
}

/** What takes a relation away again. */
export function relationRemoved({ target, relType, depth, event, room, sender }: RelationRow): Statement[] {
  const removed: Statement = { run: deleteRelation, params: [target, relType, depth, event] };
  if (relType !== 'm.thread') return [removed];
  return [
    removed,
    { run: removeReply, params: [room, target] },
    { run: removeEmptyThread, params: [room, target] },
    { run: removeParticipant, params: [room, target, sender] },
  ];
}

function kindOf(relType: string): number | undefined {
  if (relType === 'm.replace') return relatedKinds.edit;
  if (relType === 'm.thread') return relatedKinds.thread;
  return relType === 'm.reference' ? relatedKinds.reference : undefined;
}

type KindRow = { readonly target: string; readonly kinds: number };
const fewKinds = point<KindRow>('relations-kinds', 'SELECT target, kinds FROM related WHERE target {in-text $1}');
const manyKinds = scan<KindRow>('relations-many-kinds', 'SELECT target, kinds FROM related WHERE target {in-text $1}');
/** Up to here a list is read on the main thread. */
const pointReadMax = 20;

/** Which of these events have relations that are told with them, and of which kinds. */
export function readKinds(reader: Reader, targets: readonly string[]): Promise<KindRow[]> {
  return reader.all(targets.length <= pointReadMax ? fewKinds : manyKinds, [targets]);
}

const latestEdit = point<{ event: number }>(
  'relations-latest-edit',
  `SELECT event FROM relations WHERE target = $1 AND sender = $2 AND rel_type = 'm.replace' AND room = $3 AND type = $4
   ORDER BY ts DESC, event_id DESC LIMIT 1`,
);

/** The newest edit of an event by its own sender, of its own type. */
export async function readLatestEdit(
  reader: Reader,
  target: { readonly eventId: string; readonly sender: number; readonly room: number; readonly type: string },
): Promise<number | undefined> {
  return (await reader.first(latestEdit, [target.eventId, target.sender, target.room, target.type]))?.event;
}

const references = scan<{ event: number }>(
  'relations-references',
  "SELECT event FROM relations WHERE target = $1 AND rel_type = 'm.reference' AND room = $2 ORDER BY depth, event LIMIT $3",
);

/** Events that refer to an event, oldest first. */
export async function readReferences(reader: Reader, target: string, room: number, limit: number): Promise<number[]> {
  return (await reader.all(references, [target, room, limit])).map((row) => row.event);
}

export type ThreadRow = { readonly latest_event: number; readonly replies: number; readonly participated: number };
const participates = (user: string): string => `CASE WHEN EXISTS (
     SELECT 1 FROM thread_participants AS p WHERE p.room = threads.room AND p.root = threads.root AND p.usr = ${user} AND p.replies > 0)
   THEN 1 ELSE 0 END AS participated`;
const threadOf = point<ThreadRow>(
  'relations-thread',
  `SELECT latest_event, replies, ${participates('$3')} FROM threads WHERE room = $1 AND root = $2`,
);

/** The thread of a root, and whether the user has replied in it. */
export function readThread(reader: Reader, room: number, root: string, user: number): Promise<ThreadRow | undefined> {
  return reader.first(threadOf, [room, root, user]);
}

type Place = { readonly depth: number; readonly number: number };
type RelatingRow = { readonly number: number; readonly depth: number };

/** A page of relations: which, between which places, and how many. Empty texts stand for any. */
export type RelationsPage = {
  readonly room: number;
  readonly target: string;
  readonly relType: string;
  readonly type: string;
  readonly from: Place;
  readonly dir: 'b' | 'f';
  readonly limit: number;
  /** How many relations away from the target; 1 for its own only. */
  readonly hops: number;
};

/** Relating events in timeline order from a place on. Follows relations of relations up to `hops`. */
export function readRelating(reader: Reader, page: RelationsPage): Promise<RelatingRow[]> {
  const { room, target, relType, type, from, dir, limit, hops } = page;
  const queries = hops > 1 ? indirect : relType === '' ? direct : directOfType;
  const own = hops > 1 ? [hops] : [];
  return reader.all(queries[dir], [target, room, relType, type, from.depth, from.number, limit, ...own]);
}

const bounds = {
  b: 'AND (depth, event) <= ($5, $6) ORDER BY depth DESC, event DESC LIMIT $7',
  f: 'AND (depth, event) > ($5, $6) ORDER BY depth, event LIMIT $7',
} as const;
const direct = eachWay(
  'relations-page',
  (end) => `SELECT event AS number, depth FROM relations WHERE target = $1 AND room = $2 AND $3 = '' AND ($4 = '' OR type = $4) ${end}`,
);
const directOfType = eachWay(
  'relations-page-of-type',
  (end) =>
    `SELECT event AS number, depth FROM relations WHERE target = $1 AND room = $2 AND rel_type = $3 AND ($4 = '' OR type = $4) ${end}`,
);
const indirect = eachWay(
  'relations-page-indirect',
  (end) => `WITH RECURSIVE reached (event_id, event, depth, rel_type, type, hop) AS (
      SELECT event_id, event, depth, rel_type, type, 1 FROM relations WHERE target = $1 AND room = $2
      UNION
      SELECT r.event_id, r.event, r.depth, r.rel_type, r.type, hop + 1 FROM relations AS r JOIN reached ON r.target = reached.event_id
      WHERE r.room = $2 AND hop < $8)
    SELECT DISTINCT event AS number, depth FROM reached WHERE ($3 = '' OR rel_type = $3) AND ($4 = '' OR type = $4) ${end}`,
);

function eachWay(name: string, sql: (end: string) => string): Record<'b' | 'f', Query<RelatingRow>> {
  return { b: scan(`${name}-backwards`, sql(bounds.b)), f: scan(`${name}-forwards`, sql(bounds.f)) };
}

export type ThreadPlaceRow = Place & { readonly root: string; readonly participated: number };
const threadsOfRoom = scan<ThreadPlaceRow>(
  'relations-threads',
  `SELECT root, latest_depth AS depth, latest_event AS number, ${participates('$2')} FROM threads
   WHERE room = $1 AND (latest_depth, latest_event) <= ($3, $4) ORDER BY latest_depth DESC, latest_event DESC LIMIT $5`,
);

/** Threads of a room by their newest reply, newest first, from a place on, and whether the user replied in each. */
export function readThreads(reader: Reader, room: number, user: number, from: Place, limit: number): Promise<ThreadPlaceRow[]> {
  return reader.all(threadsOfRoom, [room, user, from.depth, from.number, limit]);
}

/** An event that relates to another, and how. */
export type RelatedBy = { readonly target: string; readonly relType: string; readonly sender: string; readonly event: number };

/** Relations to the events of one page; beyond that many nobody filters by them. */
const relatedByMax = 5_000;
const relatedBy = scan<{ target: string; rel_type: string; sender: string; event: number }>(
  'relations-related-by',
  `SELECT r.target, r.rel_type, r.event, u.user_id AS sender FROM (
     SELECT target, rel_type, sender, event FROM relations WHERE target {in-text $1} AND room = $2 LIMIT ${relatedByMax}) AS r
   JOIN user_ids AS u ON u.number = r.sender`,
);

/** Who relates to these events of a room. */
export async function readRelatedBy(reader: Reader, targets: readonly string[], room: number): Promise<RelatedBy[]> {
  const rows = await reader.all(relatedBy, [targets, room]);
  return rows.map(({ target, rel_type: relType, sender, event }) => ({ target, relType, sender, event }));
}
