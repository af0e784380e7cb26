import { MatrixError } from '../http/errors.ts';
import type { Requester } from '../http/route.ts';
import type { ReaderDeps } from './read.ts';
import { roomAccess } from './room-access.ts';
import { readFromTime } from './store.ts';

/** Events looked at: those that the reader may not see count too. */
const scannedMax = 500;
const pageSize = 20;

/** GET rooms/{roomId}/timestamp_to_event: the event nearest to a time, at or after it (`f`) or at or before it (`b`). */
export async function eventAtTime(
  deps: ReaderDeps,
  requester: Requester,
  roomId: string,
  { ts, dir }: { readonly ts: number; readonly dir: 'b' | 'f' },
): Promise<{ event_id: string; origin_server_ts: number }> {
  const { room, membership } = await roomAccess(deps, roomId, requester);
  let from = { ts, number: dir === 'f' ? 0 : Number.MAX_SAFE_INTEGER };
  for (let scanned = 0; scanned < scannedMax; scanned += pageSize) {
    const rows = await readFromTime(deps.database.reader, room.number, from, dir, pageSize);
    const records = (await deps.engine.events(rows.map((row) => row.number))).filter((record) => record !== undefined);
    const [nearest] = await deps.visibility.filter(records, requester.userId, membership);
    if (nearest) return { event_id: nearest.event.eventId, origin_server_ts: nearest.event.originServerTs };
    const last = rows.at(-1);
    if (rows.length < pageSize || last === undefined) break;
    from = last;
  }
  throw new MatrixError('M_NOT_FOUND', `There is no event that you may see ${dir === 'f' ? 'at or after' : 'at or before'} that time.`);
}
