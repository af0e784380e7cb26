import { point, type Reader } from '@hearth/storage';

const transactionIds = point<{ event: number; txn_id: string }>(
  'client-events-transaction-ids',
  'SELECT event, txn_id FROM transactions WHERE event {in $1} AND usr = $2 AND device_id = $3',
);

/** The transaction ids with which a device sent these events. */
export async function readTransactionIds(
  reader: Reader,
  events: readonly number[],
  user: number,
  deviceId: string,
): Promise<ReadonlyMap<number, string>> {
  if (events.length === 0) return new Map();
  const rows = await reader.all(transactionIds, [events, user, deviceId]);
  return new Map(rows.map((row) => [row.event, row.txn_id]));
}
