import { point, type Reader } from '@hearth/storage';

/** Scope of the transactions by which delayed events are sent: their id is the delay id. */
export const delayedScope = 'delayed';

type Row = { readonly event: number; readonly usr: number; readonly device_id: string; readonly scope: string; readonly txn_id: string };

/** By the events alone: given the device too, SQLite prefers to walk through all that it ever sent. */
const transactionIds = point<Row>(
  'client-events-transaction-ids',
  'SELECT event, usr, device_id, scope, txn_id FROM transactions WHERE event {in $1}',
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
  const found = new Map<number, RequestIds>();
  for (const { event, usr, device_id: device, scope, txn_id: id } of await reader.all(transactionIds, [events])) {
    if (usr !== user) continue;
    if (scope === delayedScope && (device === '' || device === deviceId)) found.set(event, { transactionId: undefined, delayId: id });
    else if (device === deviceId) found.set(event, { transactionId: id, delayId: undefined });
  }
  return found;
}
