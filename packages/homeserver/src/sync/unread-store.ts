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
  `SELECT 0 AS what, read_floor AS countable, 0 AS event, '' AS thread, 0 AS highlight, 0 AS notify_delta
     FROM memberships WHERE room = $1 AND usr = $2
   UNION ALL SELECT * FROM (
     SELECT 1, countable, event, thread, 0, 0 FROM receipts
     WHERE room = $1 AND usr = $2 AND type IN ('m.read', 'm.read.private') ORDER BY countable DESC LIMIT 200) AS own
   UNION ALL SELECT * FROM (
     SELECT 2, countable, event, '', highlight, notify_delta FROM notification_exceptions
     WHERE room = $1 AND usr IN (0, $2) AND countable > (SELECT read_floor FROM memberships WHERE room = $1 AND usr = $2)
     ORDER BY countable DESC LIMIT 1000) AS exceptions`,
);
const newestEvents = scan<{ number: number }>(
  'sync-unread-events',
  'SELECT number FROM events WHERE room = $1 AND in_timeline = 1 ORDER BY depth DESC, number DESC LIMIT $2',
);

export type OwnReceipt = { readonly thread: string; readonly event: number; readonly countable: number };
/** An event that notifies a user otherwise than the room's running number says. */
export type Exception = { readonly event: number; readonly countable: number; readonly highlight: number; readonly notify_delta: number };

export type ReadMarks = {
  /** The running number up to which the user has read because they joined or spoke there. */
  readonly floor: number;
  /** Their own receipts, public and private, newest first; at most 200. */
  readonly receipts: readonly OwnReceipt[];
  /** Above the floor, also of events that receipts cover; at most 1,000: beyond that many mentions nobody counts. */
  readonly exceptions: readonly Exception[];
};

/** What a user has read in a room, and by what they were mentioned. */
export async function readMarks(reader: Reader, room: number, user: number): Promise<ReadMarks> {
  const rows = await reader.all(marks, [room, user]);
  return {
    floor: rows.find((row) => row.what === 0)?.countable ?? 0,
    receipts: rows.filter((row) => row.what === 1).toSorted((a, b) => b.countable - a.countable),
    exceptions: rows.filter((row) => row.what === 2),
  };
}

/** The newest events of a room, newest first. */
export async function readNewestEvents(reader: Reader, room: number, limit: number): Promise<number[]> {
  return (await reader.all(newestEvents, [room, limit])).map((row) => row.number);
}
