import type { EventRecord } from '../engine/event-record.ts';
import type { Generation, Requester } from '../http/route.ts';
import { gapAfter, type TimelineToken, writeTimelineToken } from '../streams/tokens.ts';
import { membersOf } from './members-of.ts';
import { parseFilterText } from './parse-filter.ts';
import { readPage } from './read-page.ts';
import type { ReaderDeps } from './read.ts';
import { roomAccess } from './room-access.ts';
import { readBackwards, readForwards } from './store.ts';
import { placeOf } from './token-place.ts';
import { compileRoomEventFilter, type JsonObject } from '@hearth/protocol';

/** Most events of one answer. */
const limitMax = 1_000;

export type MessagesQuery = {
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly dir: 'b' | 'f';
  readonly limit?: number | undefined;
  readonly filter?: string | undefined;
};
export type MessagesAnswer = { start: string; end?: string; chunk: readonly JsonObject[]; state?: readonly JsonObject[] };

/** GET rooms/{roomId}/messages: pages through a room in timeline order. */
export async function messages(
  deps: ReaderDeps,
  requester: Requester,
  roomId: string,
  query: MessagesQuery,
  generation: Generation,
): Promise<MessagesAnswer> {
  const { room, membership, state } = await roomAccess(deps, roomId, requester);
  const filter = parseFilterText(query.filter);
  const limit = Math.min(query.limit ?? filter.limit ?? 10, limitMax);
  const from = await placeOf(deps, room.number, query.from, query.dir);
  const to = query.to === undefined ? undefined : await placeOf(deps, room.number, query.to, query.dir === 'b' ? 'f' : 'b');
  const read = query.dir === 'b' ? readBackwards : readForwards;
  const page = await readPage(deps, {
    read: (place, size) => read(deps.database.reader, room.number, place, size),
    from,
    to,
    dir: query.dir,
    limit,
    matcher: compileRoomEventFilter(filter),
    userId: requester.userId,
    membership,
  });
  const shape = { withRoomId: true, generation };
  const answer: MessagesAnswer = {
    start: query.from ?? writeTimelineToken(startOf(from, membership, page.records)),
    chunk: await deps.clientEvents.asObjects(page.records, requester, shape),
  };
  // Clients of 2015 always expect an end, from which nothing more comes where the room ends.
  const end = page.end ?? (generation === 'v1' ? page.place : undefined);
  if (end) answer.end = writeTimelineToken(end);
  if (filter.lazyLoadMembers === true && generation !== 'v1') {
    const members = await membersOf(page.records, state);
    if (members.length > 0) answer.state = await deps.clientEvents.asObjects(members, requester, shape);
  }
  return answer;
}

/** Who is not in the room learns from the token nothing of how far it has come since: it stands at the newest event that they see. */
function startOf(from: TimelineToken, membership: string, [newest]: readonly EventRecord[]): TimelineToken {
  if (membership === 'join' || newest === undefined) return from;
  const place = { depth: newest.event.depth, number: newest.number };
  return from.depth > place.depth ? gapAfter(place) : from;
}
