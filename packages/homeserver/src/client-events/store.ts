import { point, type Reader } from '@hearth/storage';

/** Scope of the transactions by which delayed events are sent: their id is the delay id. */
export const delayedScope = 'delayed';

type Row = { readonly event: number; readonly scope: string; readonly txn_id: string };

const transactionIds = point<Row>(
  'client-events-transaction-ids',
  `SELECT event, scope, txn_id FROM transactions
   WHERE event {in $1} AND usr = $2 AND (device_id = $3 OR (device_id = '' AND scope = '${delayedScope}'))`,
);

/** How an event was asked for by its sender: only the sender sees it. */
export type RequestIds = { readonly transactionId: string | undefined; readonly delayId: string | undefined };

/** The transaction ids with which a device sent these events, and the delay ids of those that the user had delayed. */
export async function readRequestIds(
  reader: Reader,
  events: readonly number[],
  user: number,
  deviceId: string,
): Promise<ReadonlyMap<number, RequestIds>> {
  if (events.length === 0) return new Map();
  const rows = await reader.all(transactionIds, [events, user, deviceId]);
  return new Map(
    rows.map(({ event, scope, txn_id: id }) => [
      event,
      scope === delayedScope ? { transactionId: undefined, delayId: id } : { transactionId: id, delayId: undefined },
    ]),
  );
}
