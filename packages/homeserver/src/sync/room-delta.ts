import type { CompiledSyncFilter, EventMatcher } from '@hearth/protocol';
import type { EventRecord } from '../engine/event-record.ts';
import type { RoomHead } from '../engine/room-head.ts';
import { gapBefore, type TimelineToken } from '../streams/tokens.ts';
import type { SyncDeps } from './deps.ts';
import { readLastEventAt, readRoomEvents } from './store.ts';

/** Events of one room in one answer, when the client names no limit, and at most. */
const timelineUsual = 10;
const timelineMost = 100;
/** Stream rows looked at for one room: what the filter drops or the reader may not see counts too. */
const scannedMax = 1_000;

export type RoomDelta = {
  /** Oldest first. */
  readonly timeline: readonly EventRecord[];
  readonly limited: boolean;
  readonly prevBatch: TimelineToken | undefined;
  /** State that the client lacks at the start of the timeline, or, with `stateAfter`, at its end. */
  readonly state: readonly EventRecord[];
  /** Whether any membership changed: the summary may have. */
  readonly membersChanged: boolean;
};

export type DeltaRequest = {
  readonly room: RoomHead;
  readonly userId: string;
  readonly membership: string;
  /** Positions (since, upTo]. */
  readonly since: number;
  readonly upTo: number;
  /** All state, as for a room that the client does not know. */
  readonly whole: boolean;
  /** `use_state_after`: state at the end of the timeline instead of its start. */
  readonly stateAfter: boolean;
  readonly filter: CompiledSyncFilter;
};

type Timeline = Pick<RoomDelta, 'timeline' | 'limited' | 'prevBatch'> & {
  /** All events between the first one shown and the end, shown or not; oldest first. */
  readonly seen: readonly EventRecord[];
};

/** What is new for a client in one room: the newest events, and the state that they do not tell. */
export async function roomDelta(deps: SyncDeps, request: DeltaRequest): Promise<RoomDelta> {
  const timeline = await readTimeline(deps, request);
  const state = request.whole ? await wholeState(deps, request, timeline) : await stateDelta(deps, request, timeline);
  const wanted = request.filter.state.matchesAll ? state : state.filter((record) => matches(request.filter.state, record));
  return {
    timeline: timeline.timeline,
    limited: timeline.limited,
    prevBatch: timeline.prevBatch,
    state: wanted,
    membersChanged: request.whole || [...timeline.seen, ...state].some((record) => record.event.type === 'm.room.member'),
  };
}

async function readTimeline(deps: SyncDeps, request: DeltaRequest): Promise<Timeline> {
  const { room, since, upTo, filter } = request;
  const limit = filter.timeline.limit(timelineUsual, timelineMost);
  const shown: EventRecord[] = [];
  const seen: EventRecord[] = [];
  let before = upTo;
  for (let scanned = 0; scanned < scannedMax; ) {
    const size = Math.min(limit + 1, scannedMax - scanned);
    const rows = await readRoomEvents(deps.database.reader, room.number, since, before, size);
    scanned += rows.length;
    const records = (await deps.engine.events(rows.map((row) => row.subject))).filter((record) => record !== undefined);
    const visible = new Set((await deps.visibility.filter(records, request.userId, request.membership)).map(({ number }) => number));
    for (const record of records) {
      const isShown = visible.has(record.number) && (filter.timeline.matchesAll || matches(filter.timeline, record));
      if (isShown && shown.length >= limit) return finished(shown, seen, true);
      seen.push(record);
      if (isShown) shown.push(record);
    }
    const last = rows.at(-1);
    if (rows.length < size || last === undefined) return finished(shown, seen, false);
    before = last.position - 1;
  }
  return finished(shown, seen, true);
}

function finished(shown: EventRecord[], seen: EventRecord[], limited: boolean): Timeline {
  const oldest = seen.at(-1);
  const prevBatch = oldest && gapBefore({ depth: oldest.event.depth, number: oldest.number });
  return { timeline: shown.toReversed(), seen: seen.toReversed(), limited, prevBatch };
}

/** The state before the first event that was looked at; with `stateAfter` the one after the last. */
async function wholeState(deps: SyncDeps, request: DeltaRequest, { seen, timeline }: Timeline): Promise<EventRecord[]> {
  const number = request.stateAfter ? await stateAtEnd(deps, request, seen) : (seen[0]?.stateBefore ?? (await stateAtEnd(deps, request, seen)));
  const state = number === 0 ? undefined : await deps.engine.stateAt(request.room.number, number);
  if (!state) return [];
  const shown = new Set(request.stateAfter ? [] : timeline.map((record) => record.number));
  const senders = request.filter.lazyLoadMembers ? new Set([...timeline.map(({ event }) => event.sender), request.userId]) : undefined;
  if (!senders) return (await state.all()).filter((record) => !shown.has(record.number));
  // Lazily loaded members: those who speak in this timeline, and the reader.
  return (await state.all()).filter(({ event, number: n }) => !shown.has(n) && (event.type !== 'm.room.member' || senders.has(event.stateKey ?? '')));
}

/** What changed since the client's last answer and is not in the timeline; work proportional to the change. */
async function stateDelta(deps: SyncDeps, request: DeltaRequest, timeline: Timeline): Promise<EventRecord[]> {
  const { room, since } = request;
  const last = await readLastEventAt(deps.database.reader, room.number, since);
  const known = last === undefined ? undefined : await deps.engine.event(last);
  const from = known?.stateAfter;
  if (from === undefined || from === null) return wholeState(deps, request, timeline);
  const end = await stateAtEnd(deps, request, timeline.seen);
  const shown = new Set(timeline.timeline.map((record) => record.number));
  const changes = new Map<number, EventRecord>();
  const add = async (to: number, alsoShown: boolean): Promise<void> => {
    for (const { after } of await deps.engine.stateDifference(room.number, from, to)) {
      if (after && (alsoShown || !shown.has(after.number))) changes.set(after.number, after);
    }
  };
  const start = timeline.seen[0]?.stateBefore ?? end;
  if (!request.stateAfter && start !== 0 && start !== from) await add(start, true);
  if (end !== from) await add(end, request.stateAfter);
  return lazily(request, timeline, [...changes.values()], deps, end);
}

/** With lazily loaded members, the members who speak in the timeline come along, and no others. */
async function lazily(request: DeltaRequest, timeline: Timeline, changes: EventRecord[], deps: SyncDeps, end: number): Promise<EventRecord[]> {
  if (!request.filter.lazyLoadMembers) return changes;
  const senders = new Set(timeline.timeline.map(({ event }) => event.sender));
  const kept = changes.filter(({ event }) => event.type !== 'm.room.member' || senders.has(event.stateKey ?? '') || event.stateKey === request.userId);
  const have = new Set([...kept, ...(request.stateAfter ? [] : timeline.timeline)].filter(({ event }) => event.type === 'm.room.member').map(({ event }) => event.stateKey));
  const state = end === 0 ? undefined : await deps.engine.stateAt(request.room.number, timeline.seen[0]?.stateBefore ?? end);
  const missing = [...senders].filter((sender) => !have.has(sender)).map((sender) => ['m.room.member', sender] as const);
  const members = state ? await state.getMany(missing) : [];
  return [...kept, ...members.filter((record) => record !== undefined)];
}

/** The state after the last event of the window, which for joined rooms is the current one. */
async function stateAtEnd(deps: SyncDeps, request: DeltaRequest, seen: readonly EventRecord[]): Promise<number> {
  const last = seen.at(-1);
  if (last?.stateAfter !== undefined && last.stateAfter !== null) return last.stateAfter;
  if (request.membership === 'join') return request.room.state;
  const number = await readLastEventAt(deps.database.reader, request.room.number, request.upTo);
  return (number === undefined ? undefined : (await deps.engine.event(number))?.stateAfter) ?? 0;
}

function matches(matcher: EventMatcher, { event }: EventRecord): boolean {
  return matcher.matches({ type: event.type, sender: event.sender, roomId: event.roomId, content: event.content });
}
