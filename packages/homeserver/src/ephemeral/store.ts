import { command, type Insert, point, type Reader, scan, type Statement } from '@hearth/storage';

export type ReceiptRow = {
  readonly usr: number;
  readonly type: string;
  readonly thread: string;
  readonly event_id: string;
  readonly ts: number;
};

const receiptOf = point<{ event: number }>(
  'ephemeral-receipt-of',
  'SELECT event FROM receipts WHERE room = $1 AND usr = $2 AND type = $3 AND thread = $4',
);
const receiptsOfUsers = scan<ReceiptRow>(
  'ephemeral-receipts-of-users',
  "SELECT usr, type, thread, event_id, ts FROM receipts WHERE room = $1 AND usr {in $2} AND type = 'm.read'",
);
const receiptsOfRoom = scan<ReceiptRow>(
  'ephemeral-receipts-of-room',
  "SELECT usr, type, thread, event_id, ts FROM receipts WHERE room = $1 AND type = 'm.read' ORDER BY ts DESC LIMIT 1000",
);
const privateReceipts = point<ReceiptRow>(
  'ephemeral-private-receipts',
  "SELECT usr, type, thread, event_id, ts FROM receipts WHERE room = $1 AND usr = $2 AND type = 'm.read.private' LIMIT 20",
);
/** Exceptions of a user's own; those of all members (user 0) stay. */
const deleteExceptions = command(
  'ephemeral-delete-exceptions',
  'DELETE FROM notification_exceptions WHERE room = $1 AND usr = $2 AND countable <= $3',
);

const insertReceipt: Insert = {
  name: 'ephemeral-insert-receipt',
  table: 'receipts',
  columns: [
    { name: 'room', type: 'integer' },
    { name: 'usr', type: 'integer' },
    { name: 'type', type: 'text' },
    { name: 'thread', type: 'text' },
    { name: 'event', type: 'integer' },
    { name: 'event_id', type: 'text' },
    { name: 'countable', type: 'integer' },
    { name: 'ts', type: 'integer' },
  ],
  onConflict: { do: 'replace', key: ['room', 'usr', 'type', 'thread'] },
};

export async function readReceipt(reader: Reader, room: number, user: number, type: string, thread: string): Promise<number | undefined> {
  return (await reader.first(receiptOf, [room, user, type, thread]))?.event;
}

/** Public receipts of these users. */
export function readReceiptsOf(reader: Reader, room: number, users: readonly number[]): Promise<ReceiptRow[]> {
  return reader.all(receiptsOfUsers, [room, users]);
}

export function readReceipts(reader: Reader, room: number): Promise<ReceiptRow[]> {
  return reader.all(receiptsOfRoom, [room]);
}

export function readPrivateReceipts(reader: Reader, room: number, user: number): Promise<ReceiptRow[]> {
  return reader.all(privateReceipts, [room, user]);
}

export type NewReceipt = {
  readonly room: number;
  readonly user: number;
  readonly type: string;
  readonly thread: string;
  readonly event: number;
  readonly eventId: string;
  readonly countable: number;
  readonly ts: number;
};

export function receiptRow({ room, user, type, thread, event, eventId, countable, ts }: NewReceipt): Statement {
  return { insert: insertReceipt, row: [room, user, type, thread, event, eventId, countable, ts] };
}

/** Forgets the mentions of a user up to a running number: they have been read. */
export function clearExceptions(room: number, user: number, countable: number): Statement {
  return { run: deleteExceptions, params: [room, user, countable] };
}
