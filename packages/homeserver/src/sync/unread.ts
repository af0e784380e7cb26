import { mainTimeline, threadPlaceOf } from '../client-events/thread-of.ts';
import type { EventRecord } from '../engine/event-record.ts';
import { isAfter } from '../engine/timeline-order.ts';
import type { SyncDeps } from './deps.ts';
import { isIgnored, type UnreadQuestion } from './unread-by-rules.ts';
import { type Exception, type OwnReceipt, newestSenders, readMarks, type ReadMarks, readRepliesAfter } from './unread-store.ts';
import { classifyForUnread } from '@hearth/protocol';

export type UnreadCounts = { readonly notification_count: number; readonly highlight_count: number };

/** What is unread in a room: in the main timeline, in each thread that has anything unread, and altogether. */
export type UnreadByThread = {
  readonly room: UnreadCounts;
  readonly main: UnreadCounts;
  readonly threads: ReadonlyMap<string, UnreadCounts>;
};

type UnreadDeps = Pick<SyncDeps, 'database' | 'engine' | 'pushRules' | 'unread'>;
type ArithmeticDeps = Pick<SyncDeps, 'database' | 'engine'>;
export type Counts = { notification_count: number; highlight_count: number };
/** An unread reply that counts: the root of its thread, and its running number. */
type Reply = { readonly root: string; readonly event: number; readonly sender: string; readonly countable: number };

/** What is unread in a room, by the reader's own push rules. `countable` is the room's running number at `upTo`. */
export async function unreadByThread(deps: UnreadDeps, question: UnreadQuestion, countable: number): Promise<UnreadByThread> {
  const { room, requester } = question;
  const marks = await readMarks(deps.database.reader, room.number, requester.user);
  const rules = await deps.pushRules(requester);
  const unread = rules?.deviateIn(room.roomId)
    ? await deps.unread.count(question, rules, marks)
    : await countByArithmetic(deps, question, marks, countable);
  const main = unread.get(mainTimeline) ?? { notification_count: 0, highlight_count: 0 };
  const total = [...unread.values()].reduce(
    (sum, counts) => ({
      notification_count: sum.notification_count + counts.notification_count,
      highlight_count: sum.highlight_count + counts.highlight_count,
    }),
    { notification_count: 0, highlight_count: 0 },
  );
  unread.delete(mainTimeline);
  return { room: total, main, threads: unread };
}

/**
 * Counts by arithmetic, for default rules: the room's running number minus the one up to which the user has read. Receipts of threads cover their
 * thread alone, so replies above that number are told apart; and mentions are added, which are rows of their own.
 * https://spec.matrix.org/v1.19/client-server-api/#receiving-notifications
 */
async function countByArithmetic(
  deps: ArithmeticDeps,
  question: UnreadQuestion,
  marks: ReadMarks,
  countable: number,
): Promise<Map<string, Counts>> {
  const { ignored } = question;
  const room = question.room.number;
  const read = new ReadUpTo(marks);
  const unread = new Map<string, Counts>();
  const of = (thread: string): Counts => {
    const counts = unread.get(thread) ?? { notification_count: 0, highlight_count: 0 };
    unread.set(thread, counts);
    return counts;
  };
  const main = of(mainTimeline);
  main.notification_count = countable - read.in(mainTimeline);
  const replies = await repliesAfter(deps, room, marks.latestReply, read.everywhere);
  for (const reply of replies) {
    if (reply.countable > countable) continue;
    if (reply.countable > read.in(mainTimeline)) main.notification_count -= 1;
    if (ignored.has(reply.sender)) continue;
    if (reply.countable > read.in(reply.root)) of(reply.root).notification_count += 1;
  }
  if (ignored.size > 0 && main.notification_count > 0) {
    const counted = new Set(marks.exceptions.filter((exception) => exception.notify_delta === 0).map(({ event }) => event));
    const isReply = new Set(replies.map(({ event }) => event));
    for (const record of await ignoredAfter(deps, room, ignored, read.in(mainTimeline))) {
      if (record.countable > countable || isReply.has(record.number)) continue;
      if (counted.has(record.number) || classifyForUnread(record.event, () => false).countable) main.notification_count -= 1;
    }
  }
  for (const exception of marks.exceptions) {
    if (exception.countable <= read.everywhere || exception.countable > countable + exception.notify_delta) continue;
    const record = await deps.engine.event(exception.event);
    // What was taken back or purged mentions nobody any more.
    if (!record?.inTimeline || record.redactedBy !== null || isIgnored(record, ignored)) continue;
    const { thread } = await threadPlaceOf(deps.engine, record);
    if (
      await wasRead(
        deps,
        exception,
        marks.receipts.filter((receipt) => receipt.thread === '' || receipt.thread === thread),
      )
    )
      continue;
    of(thread).notification_count += exception.notify_delta;
    of(thread).highlight_count += exception.highlight;
  }
  for (const [thread, counts] of unread) {
    counts.notification_count = Math.max(0, counts.notification_count);
    if (thread !== mainTimeline && counts.notification_count + counts.highlight_count === 0) unread.delete(thread);
  }
  return unread;
}

/** The running numbers up to which somebody has read. */
class ReadUpTo {
  /** In the main timeline and all threads: by joining, by speaking, and by receipts without a thread. */
  readonly everywhere: number;
  readonly #threads = new Map<string, number>();

  constructor({ floor, receipts }: ReadMarks) {
    let everywhere = floor;
    for (const { thread, countable } of receipts) {
      if (thread === '') everywhere = Math.max(everywhere, countable);
      else this.#threads.set(thread, Math.max(countable, this.#threads.get(thread) ?? 0));
    }
    this.everywhere = everywhere;
  }

  in(thread: string): number {
    return Math.max(this.everywhere, this.#threads.get(thread) ?? 0);
  }
}

/** Replies above a running number that count as unread. Most rooms have none, which costs no statement. */
async function repliesAfter(
  { database, engine }: ArithmeticDeps,
  room: number,
  latest: number | undefined,
  countable: number,
): Promise<Reply[]> {
  const newest = latest === undefined ? undefined : await engine.event(latest);
  if (newest === undefined || newest.countable <= countable) return [];
  const rows = await readRepliesAfter(database.reader, room, countable);
  const records = await engine.events(rows.map(({ event }) => event));
  const found: Reply[] = [];
  for (const [index, record] of records.entries()) {
    const root = rows[index]?.root;
    if (record && root !== undefined && classifyForUnread(record.event, () => false).countable) {
      found.push({ root, event: record.number, sender: record.event.sender, countable: record.countable });
    }
  }
  return found;
}

/** Events above a running number that are hidden from the reader. Who ignores nobody asks for none. */
async function ignoredAfter(
  { database, engine }: ArithmeticDeps,
  room: number,
  ignored: ReadonlySet<string>,
  countable: number,
): Promise<EventRecord[]> {
  const numbers: number[] = [];
  for await (const rows of newestSenders(database.reader, room)) {
    for (const row of rows) if (row.countable > countable && ignored.has(row.sender)) numbers.push(row.number);
    if ((rows.at(-1)?.countable ?? 0) <= countable) break;
  }
  const records = await engine.events(numbers);
  return records.filter((record) => record !== undefined).filter((record) => isIgnored(record, ignored));
}

/** Whether one of these receipts covers a mention. One without a running number of its own stands between two; there the order of events decides. */
async function wasRead({ engine }: ArithmeticDeps, exception: Exception, receipts: readonly OwnReceipt[]): Promise<boolean> {
  for (const receipt of receipts) {
    if (receipt.countable >= exception.countable) return true;
    if (exception.notify_delta === 0 || receipt.countable + 1 !== exception.countable) continue;
    const [record, read] = await engine.events([exception.event, receipt.event]);
    if (record && read && !isAfter(record, read)) return true;
  }
  return false;
}
