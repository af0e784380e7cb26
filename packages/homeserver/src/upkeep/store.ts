import { command, point, type Reader, type Statement, streamKinds } from '@hearth/storage';

const oldTransaction = point<{ ts: number }>('upkeep-old-transaction', 'SELECT ts FROM transactions WHERE ts < $1 ORDER BY ts LIMIT 1');
const deleteTransactions = command(
  'upkeep-delete-transactions',
  `DELETE FROM transactions WHERE (usr, device_id, scope, txn_id) IN (
     SELECT usr, device_id, scope, txn_id FROM transactions WHERE ts < $1 ORDER BY ts LIMIT $2)`,
);
const deleteNotices = command(
  'upkeep-delete-notices',
  `DELETE FROM stream WHERE position >= $1 AND position < $2 AND kind IN (${streamKinds.typing}, ${streamKinds.purged})`,
);

export async function hasTransactionsBefore(reader: Reader, ts: number): Promise<boolean> {
  return (await reader.first(oldTransaction, [ts])) !== undefined;
}

/** Deletes the oldest of the transactions before a time, at most so many. */
export function oldTransactionsDeletion(beforeTs: number, limit: number): Statement {
  return { run: deleteTransactions, params: [beforeTs, limit] };
}

/** Deletes what the stream tells nodes and nobody else, at positions in [from, below). */
export function noticesDeletion(from: number, below: number): Statement {
  return { run: deleteNotices, params: [from, below] };
}
