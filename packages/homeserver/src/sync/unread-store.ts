import { point, type Reader, scan } from '@hearth/storage';

const readFloor = point<{ read_floor: number }>('sync-read-floor', 'SELECT read_floor FROM memberships WHERE room = $1 AND usr = $2');
const ownReceipts = scan<OwnReceipt>(
  'sync-own-receipts',
  `SELECT thread, event, countable FROM receipts WHERE room = $1 AND usr = $2 AND type IN ('m.read', 'm.read.private')
   ORDER BY countable DESC LIMIT 200`,
);
const exceptionsAbove = scan<Exception>(
  'sync-exceptions',
  `SELECT event, countable, highlight, notify_delta FROM notification_exceptions WHERE room = $1 AND usr IN (0, $2) AND countable > $3
   ORDER BY countable DESC LIMIT 1000`,
);
const newestEvents = scan<{ number: number }>(
  'sync-unread-events',
  'SELECT number FROM events WHERE room = $1 AND in_timeline = 1 ORDER BY depth DESC, number DESC LIMIT $2',
);

export type OwnReceipt = { readonly thread: string; readonly event: number; readonly countable: number };
/** An event that notifies a user otherwise than the room's running number says. */
export type Exception = { readonly event: number; readonly countable: number; readonly highlight: number; readonly notify_delta: number };

/** The running number up to which a user has read because they joined or spoke there. */
export async function readReadFloor(reader: Reader, room: number, user: number): Promise<number> {
  return (await reader.first(readFloor, [room, user]))?.read_floor ?? 0;
}

/** A user's own receipts in a room, public and private, newest first; at most 200. */
export function readOwnReceipts(reader: Reader, room: number, user: number): Promise<OwnReceipt[]> {
  return reader.all(ownReceipts, [room, user]);
}

/** At most 1,000: beyond that many mentions nobody counts. */
export function readExceptions(reader: Reader, room: number, user: number, above: number): Promise<Exception[]> {
  return reader.all(exceptionsAbove, [room, user, above]);
}

/** The newest events of a room, newest first. */
export async function readNewestEvents(reader: Reader, room: number, limit: number): Promise<number[]> {
  return (await reader.all(newestEvents, [room, limit])).map((row) => row.number);
}
