import { mainTimeline, threadPlaceOf } from '../client-events/thread-of.ts';
import { isAfter } from '../engine/timeline-order.ts';
import type { SyncDeps } from './deps.ts';
import { type Exception, type OwnReceipt, readMarks, readNewestEvents } from './unread-store.ts';

export type UnreadCounts = { readonly notification_count: number; readonly highlight_count: number };

/** Events looked at to find those that were read in their threads. */
const threadedMax = 500;

type UnreadDeps = Pick<SyncDeps, 'database' | 'engine'>;

/**
 * Unread counts by arithmetic: the room's running number minus the one up to which the user has read, plus exceptions (mentions), minus
 * what was read in threads further on. https://spec.matrix.org/v1.19/client-server-api/#receiving-notifications
 */
export async function unreadCounts(deps: UnreadDeps, room: number, user: number, countable: number): Promise<UnreadCounts> {
  const marks = await readMarks(deps.database.reader, room, user);
  const { receipts } = marks;
  const ofRoom = receipts.filter(({ thread }) => thread === '' || thread === mainTimeline);
  const readUpTo = Math.max(marks.floor, ofRoom[0]?.countable ?? 0);
  const exceptions: Exception[] = [];
  for (const exception of marks.exceptions) {
    const isAhead = exception.countable > readUpTo && exception.countable <= countable + exception.notify_delta;
    if (isAhead && !(await wasRead(deps, exception, readUpTo, ofRoom))) exceptions.push(exception);
  }
  const ofThreads = receipts.filter((receipt) => !ofRoom.includes(receipt) && receipt.countable > readUpTo);
  const done = ofThreads.length === 0 ? nothingRead : await readInThreads(deps, room, { readUpTo, countable, receipts: ofThreads });
  const left = exceptions.filter(({ event }) => !done.events.has(event));
  return {
    notification_count: Math.max(0, countable - readUpTo - done.countable + sum(left, 'notify_delta')),
    highlight_count: sum(left, 'highlight'),
  };
}

/** An exception without a running number of its own stands between two of them; there the order of events decides. */
async function wasRead({ engine }: UnreadDeps, exception: Exception, readUpTo: number, receipts: readonly OwnReceipt[]): Promise<boolean> {
  if (exception.notify_delta === 0 || exception.countable > readUpTo + 1) return false;
  const record = await engine.event(exception.event);
  for (const receipt of receipts) {
    const read = receipt.countable === readUpTo ? await engine.event(receipt.event) : undefined;
    if (record && read && !isAfter(record, read)) return true;
  }
  return false;
}

type Threads = { readonly readUpTo: number; readonly countable: number; readonly receipts: readonly OwnReceipt[] };
type ReadInThreads = { readonly countable: number; readonly events: ReadonlySet<number> };

/** Which of the unread events a receipt of their own thread covers. Threads have no running numbers, so the events are looked at. */
async function readInThreads(
  { database, engine }: UnreadDeps,
  room: number,
  { readUpTo, countable, receipts }: Threads,
): Promise<ReadInThreads> {
  const readInThread = new Map<string, number>();
  for (const { thread, countable: at } of receipts) readInThread.set(thread, Math.max(at, readInThread.get(thread) ?? 0));
  const records = (await engine.events(await readNewestEvents(database.reader, room, threadedMax))).filter(
    (record) => record !== undefined,
  );
  const events = new Set<number>();
  let counted = 0;
  for (const [index, record] of records.entries()) {
    if (record.countable > countable) continue;
    if (record.countable < readUpTo) break;
    const { thread } = await threadPlaceOf(engine, record);
    if (record.countable > (readInThread.get(thread) ?? 0)) continue;
    events.add(record.number);
    const older = records[index + 1];
    if (record.countable > readUpTo && older && older.countable < record.countable) counted += 1;
  }
  return { countable: counted, events };
}

function sum(exceptions: readonly Exception[], field: 'highlight' | 'notify_delta'): number {
  return exceptions.reduce((total, exception) => total + exception[field], 0);
}

const nothingRead: ReadInThreads = { countable: 0, events: new Set() };
