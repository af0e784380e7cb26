import { type Insert, point, type Reader, scan, type Statement, streamKinds } from '@hearth/storage';

export type SubscriptionRow = { readonly subscribed: number; readonly automatic: number; readonly read_depth: number };
/** A subscription with the position of its last change. */
export type ChangedRow = SubscriptionRow & { readonly position: number; readonly room: number; readonly root: string };

const one = point<SubscriptionRow>(
  'thread-subscriptions-one',
  'SELECT subscribed, automatic, read_depth FROM thread_subscriptions WHERE usr = $1 AND room = $2 AND root = $3',
);
const count = scan<{ count: number }>('thread-subscriptions-count', 'SELECT COUNT(*) AS count FROM thread_subscriptions WHERE usr = $1');
const changes = scan<ChangedRow>(
  'thread-subscriptions-changes',
  `SELECT s.position, t.room, t.root, t.subscribed, t.automatic, t.read_depth
   FROM (SELECT MAX(position) AS position, subject, detail FROM stream
         WHERE usr = $1 AND kind = ${streamKinds.threadSubscription} AND position > $2 GROUP BY subject, detail) AS s
   JOIN thread_subscriptions t ON t.usr = $1 AND t.room = s.subject AND t.root = s.detail
   WHERE s.position <= $3 ORDER BY s.position DESC LIMIT $4`,
);

const insert: Insert = {
  name: 'thread-subscriptions-insert',
  table: 'thread_subscriptions',
  columns: [
    { name: 'usr', type: 'integer' },
    { name: 'room', type: 'integer' },
    { name: 'root', type: 'text' },
    { name: 'subscribed', type: 'integer' },
    { name: 'automatic', type: 'integer' },
    { name: 'read_depth', type: 'integer' },
  ],
  onConflict: { do: 'replace', key: ['usr', 'room', 'root'] },
};

export function readSubscription(reader: Reader, user: number, room: number, root: string): Promise<SubscriptionRow | undefined> {
  return reader.first(one, [user, room, root]);
}

export async function countSubscriptions(reader: Reader, user: number): Promise<number> {
  return (await reader.first(count, [user]))?.count ?? 0;
}

/** What changed in (after, upTo], the newest first, each thread once. */
export function readChanges(reader: Reader, user: number, after: number, upTo: number, limit: number): Promise<ChangedRow[]> {
  return reader.all(changes, [user, after, upTo, limit]);
}

export function subscriptionRow(user: number, room: number, root: string, row: SubscriptionRow): Statement {
  return { insert, row: [user, room, root, row.subscribed, row.automatic, row.read_depth] };
}
