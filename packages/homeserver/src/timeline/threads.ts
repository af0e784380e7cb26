import { readThreads, type ThreadPlaceRow } from '../client-events/relations/store.ts';
import type { EventRecord } from '../engine/event-record.ts';
import type { Requester } from '../http/route.ts';
import { gapBefore, type TimelineToken, writeTimelineToken } from '../streams/tokens.ts';
import type { ReaderDeps } from './read.ts';
import { roomAccess } from './room-access.ts';
import { placeOf } from './token-place.ts';
import type { JsonObject } from '@hearth/protocol';

const limitMax = 100;
const limitUsual = 20;
/** Threads looked at for one answer: those that are not wanted, or whose root the reader may not see, count too. */
const scannedMax = 500;

export type ThreadsQuery = {
  readonly include: 'all' | 'participated';
  readonly from?: string | undefined;
  readonly limit?: number | undefined;
};
export type ThreadsAnswer = { chunk: readonly JsonObject[]; next_batch?: string };

/** GET rooms/{roomId}/threads: roots of threads, those with the newest replies first. */
export async function threads(deps: ReaderDeps, requester: Requester, roomId: string, query: ThreadsQuery): Promise<ThreadsAnswer> {
  const { room, membership } = await roomAccess(deps, roomId, requester);
  const limit = Math.min(query.limit ?? limitUsual, limitMax);
  const roots: EventRecord[] = [];
  let place: TimelineToken | undefined = await placeOf(deps, room.number, query.from, 'b');
  for (let scanned = 0; place !== undefined && roots.length < limit && scanned < scannedMax;) {
    const size = limit - roots.length;
    const rows: readonly ThreadPlaceRow[] = await readThreads(deps.database.reader, room.number, requester.user, place, size);
    scanned += rows.length;
    for (const row of rows) {
      const root = await deps.engine.eventById(row.root);
      if (root?.room !== room.number) continue;
      if (query.include === 'participated' && row.participated !== 1 && root.sender !== requester.user) continue;
      roots.push(...(await deps.visibility.filter([root], requester.userId, membership)));
    }
    const last = rows.at(-1);
    place = rows.length < size || last === undefined ? undefined : gapBefore(last);
  }
  return {
    chunk: await deps.clientEvents.asObjects(roots, requester, { withRoomId: true, generation: 'v3' }),
    ...(place === undefined ? {} : { next_batch: writeTimelineToken(place) }),
  };
}
