import { readRelating } from '../client-events/relations/store.ts';
import type { Requester } from '../http/route.ts';
import { writeTimelineToken } from '../streams/tokens.ts';
import { readPage } from './read-page.ts';
import type { ReaderDeps } from './read.ts';
import { placeOf } from './token-place.ts';
import { visibleEvent } from './visible-event.ts';
import type { JsonObject } from '@hearth/protocol';

const limitMax = 1_000;
const limitUsual = 50;
/** How far from the event a recursive answer reaches; the specification wants at least three. */
const hopsMax = 3;

export type RelationsQuery = {
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly dir: 'b' | 'f';
  readonly limit?: number | undefined;
  readonly recurse: boolean;
};
export type RelationsAnswer = {
  chunk: readonly JsonObject[];
  next_batch?: string;
  prev_batch?: string;
  recursion_depth?: number;
};

/** Which relations; '' for any. */
export type WantedRelations = {
  readonly roomId: string;
  readonly eventId: string;
  readonly relType: string;
  readonly eventType: string;
};

/** GET rooms/{roomId}/relations/{eventId}: what relates to an event, in timeline order. */
export async function relations(
  deps: ReaderDeps,
  requester: Requester,
  wanted: WantedRelations,
  query: RelationsQuery,
): Promise<RelationsAnswer> {
  const { record, membership } = await visibleEvent(deps, requester, wanted.roomId, wanted.eventId);
  const { room } = record;
  const { dir } = query;
  const hops = query.recurse ? hopsMax : 1;
  const page = await readPage(deps, {
    read: (from, limit) =>
      readRelating(deps.database.reader, {
        room,
        target: wanted.eventId,
        relType: wanted.relType,
        type: wanted.eventType,
        from,
        dir,
        limit,
        hops,
      }),
    from: await placeOf(deps, room, query.from, dir),
    to: query.to === undefined ? undefined : await placeOf(deps, room, query.to, dir === 'b' ? 'f' : 'b'),
    dir,
    limit: Math.min(query.limit ?? limitUsual, limitMax),
    userId: requester.userId,
    membership,
  });
  return {
    chunk: await deps.clientEvents.asObjects(page.records, requester, { withRoomId: true, generation: 'v3' }),
    ...(page.end === undefined ? {} : { next_batch: writeTimelineToken(page.end) }),
    ...(query.from === undefined ? {} : { prev_batch: query.from }),
    ...(query.recurse ? { recursion_depth: hopsMax } : {}),
  };
}
