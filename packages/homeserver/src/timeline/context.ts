import type { EventRecord } from '../engine/event-record.ts';
import type { Generation, Requester } from '../http/route.ts';
import { gapAfter, gapBefore, type TimelineToken, writeTimelineToken } from '../streams/tokens.ts';
import { membersOf } from './members-of.ts';
import { parseFilterText } from './parse-filter.ts';
import { readPage } from './read-page.ts';
import type { ReaderDeps } from './read.ts';
import { readBackwards, readForwards } from './store.ts';
import { visibleEvent } from './visible-event.ts';
import { compileRoomEventFilter, type JsonObject } from '@hearth/protocol';

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
  const halfBefore = Math.floor(limit / 2);
  const at = { depth: record.event.depth, number: record.number };
  const around = { to: undefined, matcher: compileRoomEventFilter(filter), userId: requester.userId, membership };
  const { reader } = deps.database;
  const before = await readPage(deps, {
    ...around,
    from: gapBefore(at),
    dir: 'b',
    limit: halfBefore,
    read: (from, size) => readBackwards(reader, record.room, from, size),
  });
  const after = await readPage(deps, {
    ...around,
    from: gapAfter(at),
    dir: 'f',
    limit: limit - halfBefore,
    read: (from, size) => readForwards(reader, record.room, from, size),
  });
  const shape = { withRoomId: true, generation };
  const shown = await deps.clientEvents.asObjects([record, ...before.records, ...after.records], requester, shape);
  const [event = {}, ...others] = shown;
  const lazy = filter.lazyLoadMembers === true ? [record, ...before.records, ...after.records] : undefined;
  const state = await stateAfter(deps, after.records.at(-1) ?? record, lazy);
  return {
    start: writeTimelineToken(before.end ?? gapBefore(placeOfEnd(before.records.at(-1) ?? record))),
    end: writeTimelineToken(after.end ?? gapAfter(placeOfEnd(after.records.at(-1) ?? record))),
    event,
    events_before: others.slice(0, before.records.length),
    events_after: others.slice(before.records.length),
    state: await deps.clientEvents.asObjects(state, requester, shape),
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
