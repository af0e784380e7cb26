import { type Reader, scan } from '@hearth/storage';

type Row = {
  readonly what: number;
  readonly countable: number;
  readonly event: number;
  readonly thread: string;
  readonly highlight: number;
  readonly notify_delta: number;
};

/** All of a reader's marks in a room in one statement: an event in a large room asks this for each of its members who are waiting. */
const marks = scan<Row>(
  'sync-unread-marks',
  `SELECT 0 AS what, CASE WHEN purged_countable > read_floor THEN purged_countable ELSE read_floor END AS countable, 0 AS event, '' AS thread,
     0 AS highlight, 0 AS notify_delta
     FROM memberships JOIN rooms ON number = room WHERE room = $1 AND usr = $2
   UNION ALL SELECT * FROM (
     SELECT 1, countable, event, thread, 0, 0 FROM receipts
     WHERE room = $1 AND usr = $2 AND type IN ('m.read', 'm.read.private') ORDER BY countable DESC LIMIT 200) AS own
   UNION ALL SELECT * FROM (
     SELECT 2, countable, event, '', highlight, notify_delta FROM notification_exceptions
     WHERE room = $1 AND usr IN (0, $2) AND countable > (SELECT read_floor FROM memberships WHERE room = $1 AND usr = $2)
     ORDER BY countable DESC LIMIT 1000) AS exceptions
   UNION ALL SELECT * FROM (
     SELECT 3, 0, latest_event, '', 0, 0 FROM threads WHERE room = $1 ORDER BY latest_depth DESC, latest_event DESC LIMIT 1) AS thread`,
);
/** Threads of a room that are looked at, and unread replies in them: more nobody counts. */
const threadsMax = 100;
const repliesMax = 1_000;
const replies = scan<{ root: string; event: number }>(
  'sync-unread-replies',
  `SELECT t.root, r.event FROM (
     SELECT threads.room, root FROM threads JOIN events AS latest ON latest.number = latest_event
     WHERE threads.room = $1 AND latest.countable > $2 ORDER BY latest_depth DESC, latest_event DESC LIMIT ${threadsMax}) AS t
   JOIN relations AS r ON r.target = t.root AND r.rel_type = 'm.thread' AND r.room = t.room
   JOIN events AS e ON e.number = r.event AND e.countable > $2
   ORDER BY r.depth DESC, r.event DESC LIMIT ${repliesMax}`,
);

export type OwnReceipt = { readonly thread: string; readonly event: number; readonly countable: number };
/** An event that notifies a user otherwise than the room's running number says. */
export type Exception = { readonly event: number; readonly countable: number; readonly highlight: number; readonly notify_delta: number };

export type ReadMarks = {
  /** The running number up to which nothing is unread: the user joined or spoke there, or all before it was purged. */
  readonly floor: number;
  /** Their own receipts, public and private, newest first; at most 200. */
  readonly receipts: readonly OwnReceipt[];
  /** Above the floor, also of events that receipts cover; at most 1,000: beyond that many mentions nobody counts. */
  readonly exceptions: readonly Exception[];
  /** The newest reply of all threads of the room. */
  readonly latestReply: number | undefined;
};

/** What a user has read in a room, and by what they were mentioned. */
export async function readMarks(reader: Reader, room: number, user: number): Promise<ReadMarks> {
  const rows = await reader.all(marks, [room, user]);
  return {
    floor: rows.find((row) => row.what === 0)?.countable ?? 0,
    receipts: rows.filter((row) => row.what === 1).toSorted((a, b) => b.countable - a.countable),
    exceptions: rows.filter((row) => row.what === 2),
    latestReply: rows.find((row) => row.what === 3)?.event,
  };
}

/** Replies in threads above a running number, newest first, with the roots of their threads. */
export function readRepliesAfter(reader: Reader, room: number, countable: number): Promise<{ root: string; event: number }[]> {
  return reader.all(replies, [room, countable]);
}

type SenderRow = { readonly number: number; readonly depth: number; readonly countable: number; readonly sender: string };

/** Events of a room whose senders are looked at, a page at a time: beyond that nobody counts. */
const sendersMax = 1_000;
const sendersPage = 100;
const senders = scan<SenderRow>(
  'sync-unread-senders',
  `SELECT e.number, e.depth, e.countable, u.user_id AS sender FROM (
     SELECT number, depth, countable, sender FROM events WHERE room = $1 AND in_timeline = 1 AND (depth, number) < ($2, $3)
     ORDER BY depth DESC, number DESC LIMIT ${sendersPage}) AS e
   JOIN user_ids AS u ON u.number = e.sender ORDER BY e.depth DESC, e.number DESC`,
);

/** Who sent the newest events of a room, newest first. */
export async function* newestSenders(reader: Reader, room: number): AsyncGenerator<readonly SenderRow[]> {
  let before = { depth: Number.MAX_SAFE_INTEGER, number: 0 };
  for (let read = 0; read < sendersMax; read += sendersPage) {
    const rows = await reader.all(senders, [room, before.depth, before.number]);
    yield rows;
    const last = rows.at(-1);
    if (last === undefined || rows.length < sendersPage) return;
    before = last;
  }
}
