import type { EventRecord } from '../engine/event-record.ts';
import type { Generation, Requester } from '../http/route.ts';
import { gapAfter, gapBefore, type TimelineToken, writeTimelineToken } from '../streams/tokens.ts';
import { membersOf } from './members-of.ts';
import { parseFilterText } from './parse-filter.ts';
import { readPage } from './read-page.ts';
import type { ReaderDeps } from './read.ts';
import { findAccess } from './room-access.ts';
import { readBackwards, readForwards } from './store.ts';
import { visibleEvent } from './visible-event.ts';
import { compileRoomEventFilter, type EventMatcher, type JsonObject } from '@hearth/protocol';

/** Most events around the one that was asked for. */
const limitMax = 100;
const limitUsual = 10;

export type ContextQuery = { readonly limit?: number | undefined; readonly filter?: string | undefined };
export type ContextAnswer = {
  readonly start: string;
  readonly end: string;
  readonly event: JsonObject;
  /** Newest first. */
  readonly events_before: readonly JsonObject[];
  /** Oldest first. */
  readonly events_after: readonly JsonObject[];
  /** At the newest event of the answer. */
  readonly state: readonly JsonObject[];
};

/** What is around an event, for its reader. `records` are all of it, in no certain order. */
export type Around = Pick<ContextAnswer, 'start' | 'end' | 'events_before' | 'events_after'> & { readonly records: readonly EventRecord[] };

export type AroundRequest = {
  readonly requester: Requester;
  /** The reader's, in the room. */
  readonly membership: string;
  readonly limits: { readonly before: number; readonly after: number };
  readonly matcher?: EventMatcher;
  readonly generation?: Generation;
};
/** For other slices: an event's surroundings. The caller has checked that the reader may see the event itself. */
export type EventsAround = (record: EventRecord, request: AroundRequest) => Promise<Around>;

/** GET rooms/{roomId}/context/{eventId}: an event and what was said around it. */
export async function context(
  deps: ReaderDeps,
  requester: Requester,
  place: { readonly roomId: string; readonly eventId: string },
  query: ContextQuery,
  generation: Generation,
): Promise<ContextAnswer> {
  const { record, membership } = await visibleEvent(deps, requester, place.roomId, place.eventId);
  const filter = parseFilterText(query.filter);
  const limit = Math.min(query.limit ?? filter.limit ?? limitUsual, limitMax);
  const before = Math.floor(limit / 2);
  const limits = { before, after: limit - before };
  const matcher = compileRoomEventFilter(filter);
  const { records, newest, ...around } = await eventsAround(deps, record, { requester, membership, limits, matcher, generation });
  const shape = { withRoomId: true, generation };
  const [event = {}] = await deps.clientEvents.asObjects([record], requester, shape);
  const after = await stateAfter(deps, newest, filter.lazyLoadMembers === true ? [record, ...records] : undefined);
  // Who may see single events, and not the room (the invited, say), sees of the state no more than these.
  const access = await findAccess(deps, place.roomId, requester);
  const state = access ? after : await deps.visibility.filter(after, requester.userId, membership);
  return { ...around, event, state: await deps.clientEvents.asObjects(state, requester, shape) };
}

/** Reads what is around an event. */
export async function eventsAround(
  deps: ReaderDeps,
  record: EventRecord,
  { requester, membership, limits, matcher, generation = 'v3' }: AroundRequest,
): Promise<Around & { readonly newest: EventRecord }> {
  const at = { depth: record.event.depth, number: record.number };
  const page = { to: undefined, userId: requester.userId, membership, ...(matcher === undefined ? {} : { matcher }) };
  const { reader } = deps.database;
  const before = await readPage(deps, {
    ...page,
    from: gapBefore(at),
    dir: 'b',
    limit: limits.before,
    read: (from, size) => readBackwards(reader, record.room, from, size),
  });
  const after = await readPage(deps, {
    ...page,
    from: gapAfter(at),
    dir: 'f',
    limit: limits.after,
    read: (from, size) => readForwards(reader, record.room, from, size),
  });
  const records = [...before.records, ...after.records];
  const shown = await deps.clientEvents.asObjects(records, requester, { withRoomId: true, generation });
  const newest = after.records.at(-1) ?? record;
  return {
    start: writeTimelineToken(before.end ?? gapBefore(placeOfEnd(before.records.at(-1) ?? record))),
    end: writeTimelineToken(after.end ?? gapAfter(placeOfEnd(newest))),
    events_before: shown.slice(0, before.records.length),
    events_after: shown.slice(before.records.length),
    records,
    newest,
  };
}

function placeOfEnd({ event, number }: EventRecord): Pick<TimelineToken, 'depth' | 'number'> {
  return { depth: event.depth, number };
}

/** The state after an event; with lazily loaded members, of these only the senders of what is shown. */
async function stateAfter(
  deps: ReaderDeps,
  newest: EventRecord,
  lazyFor: readonly EventRecord[] | undefined,
): Promise<readonly EventRecord[]> {
  const view = newest.stateAfter === null ? undefined : await deps.engine.stateAt(newest.room, newest.stateAfter);
  if (view === undefined) return [];
  return lazyFor === undefined ? view.all() : [...(await view.face()), ...(await membersOf(lazyFor, view))];
}
