import type { EventRecord } from '../engine/event-record.ts';
import { pointAt, type RoomPoint } from '../engine/room-point.ts';
import type { StateView } from '../engine/state-view.ts';
import { gapAfter } from '../streams/tokens.ts';
import type { DeltaRequest } from './delta-request.ts';
import type { SyncDeps } from './deps.ts';
import { readTimeline, type Timeline } from './timeline.ts';

/** What is new for a client in one room: the newest events, and the state that they do not tell. */
export type RoomDelta = {
  readonly timeline: Timeline;
  /** State that the client lacks at the start of the timeline, or, with `stateAfter`, at its end; before the state filter. */
  readonly state: readonly EventRecord[];
  /** All that changed, also what the timeline tells; of a whole room whose members are loaded lazily, without them. */
  readonly changed: readonly EventRecord[];
  /** The state that senders of the timeline are looked up in. */
  readonly view: StateView | undefined;
  /** The state at the end. */
  readonly endView: StateView | undefined;
  /** The room at the end of the window. */
  readonly end: RoomPoint;
};

export async function roomDelta(deps: SyncDeps, request: DeltaRequest): Promise<RoomDelta | undefined> {
  const { room, since, upTo, whole, stateAfter } = request;
  const end = await pointAt(deps, room.number, upTo);
  if (!end) return undefined;
  const from = whole ? undefined : (await pointAt(deps, room.number, since))?.state;
  const endView = await deps.engine.stateAt(room.number, end.state);
  const read = await readTimeline(deps, request);
  const timeline = stateAfter ? read : await withoutOutdated(read, endView);
  const changed = await changesBetween(deps, request, from, end.state);
  const start = stateAfter ? undefined : timeline.events[0]?.stateBefore;
  const view = start === 0 ? undefined : await deps.engine.stateAt(room.number, start ?? end.state);
  const state = stateAfter ? changed : await besideTimeline(deps, request, { timeline, changed, from, view });
  return { timeline, state, changed, view, endView, end };
}

/** All keys of a state, or those that differ from an earlier one. A key that vanished cannot be told. */
async function changesBetween(
  { engine }: SyncDeps,
  { room, filter }: DeltaRequest,
  from: number | undefined,
  to: number,
): Promise<EventRecord[]> {
  if (from === undefined) {
    const state = await engine.stateAt(room.number, to);
    // Members that are loaded lazily are added by name (lazy-members.ts).
    return (filter.lazyLoadMembers ? state?.face() : state?.all()) ?? [];
  }
  const changes = await engine.stateDifference(room.number, from, to);
  return changes.map(({ after }) => after).filter((after) => after !== undefined);
}

/**
 * Begins the timeline after the newest state event whose successor it does not show: the reader may not see that one or does not want it,
 * or the event lost in state resolution. A client applies the timeline to the state before it, and would hold the outdated value for ever.
 */
async function withoutOutdated(timeline: Timeline, endView: StateView | undefined): Promise<Timeline> {
  const seen = new Set<number>();
  for (const [index, record] of [...timeline.events.entries()].toReversed()) {
    const { stateKey, event } = record;
    if (stateKey === undefined || seen.has(stateKey)) continue;
    seen.add(stateKey);
    if ((await endView?.get(event.type, event.stateKey ?? ''))?.number === record.number) continue;
    const events = timeline.events.slice(index + 1);
    return { events, limited: true, prevBatch: gapAfter({ depth: event.depth, number: record.number }) };
  }
  return timeline;
}

type Parts = {
  readonly timeline: Timeline;
  readonly changed: readonly EventRecord[];
  readonly from: number | undefined;
  /** The state before the first event of the timeline; undefined when there is none. */
  readonly view: StateView | undefined;
};

/**
 * The state that, with the timeline applied to it, gives the state at the end: what changed and is not in the timeline, and, for what the
 * timeline changes, the value before it.
 */
async function besideTimeline(
  { engine }: SyncDeps,
  { room }: DeltaRequest,
  { timeline, changed, from, view }: Parts,
): Promise<EventRecord[]> {
  const shown = new Set(timeline.events.map((record) => record.number));
  const state: EventRecord[] = [];
  const known = from === undefined || from === 0 ? undefined : await engine.stateAt(room.number, from);
  for (const record of changed) {
    if (!shown.has(record.number)) {
      state.push(record);
      continue;
    }
    const { type, stateKey = '' } = record.event;
    const before = await view?.get(type, stateKey);
    if (before && !shown.has(before.number) && (await known?.get(type, stateKey))?.number !== before.number) state.push(before);
  }
  return state;
}
