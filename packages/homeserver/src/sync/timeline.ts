import { matching } from '../client-events/matches.ts';
import type { EventRecord } from '../engine/event-record.ts';
import { gapBefore, type TimelineToken } from '../streams/tokens.ts';
import type { DeltaRequest } from './delta-request.ts';
import type { SyncDeps } from './deps.ts';
import { streamKinds } from '@hearth/storage';

/** Events of one room in one answer, when the client names no limit, and at most. */
const timelineUsual = 10;
const timelineMost = 100;
/** Events looked at for one room: what the filter drops or the reader may not see counts too. */
const scannedMax = 1_000;
/** Events read at once after the first reading, which takes what the answer can hold. */
const pageSize = 100;

export type Timeline = {
  /** Oldest first, in the order in which they came to this server. */
  readonly events: readonly EventRecord[];
  readonly limited: boolean;
  /** The gap before the oldest; undefined for a timeline without events that nothing was left out of. */
  readonly prevBatch: TimelineToken | undefined;
};

/** The newest events of a room within the window that the reader may see and wants. */
export async function readTimeline(deps: SyncDeps, request: DeltaRequest): Promise<Timeline> {
  const { filter } = request;
  const limit = filter.timeline.limit(timelineUsual, timelineMost);
  if (filter.timeline.matchesNothing) return withoutEvents(deps, request, limit);
  const shown: EventRecord[] = [];
  let oldest: EventRecord | undefined;
  let scanned = 0;
  for await (const records of newestFirst(deps, request, limit + 1)) {
    scanned += records.length;
    for (const record of await wanted(deps, request, records)) {
      if (shown.length >= limit) return timeline(shown, true, shown.at(-1));
      shown.push(record);
    }
    oldest = records.at(-1) ?? oldest;
    if (scanned >= scannedMax) return timeline(shown, true, oldest);
  }
  return timeline(shown, false, shown.at(-1));
}

function timeline(newestFirst: EventRecord[], limited: boolean, oldest: EventRecord | undefined): Timeline {
  const prevBatch = oldest && gapBefore({ depth: oldest.event.depth, number: oldest.number });
  return { events: newestFirst.toReversed(), limited, prevBatch };
}

/** A limit of 0 leaves out what there is; a filter that matches no event leaves nothing out. */
async function withoutEvents({ changes }: SyncDeps, { room, since, upTo }: DeltaRequest, limit: number): Promise<Timeline> {
  const limited = limit === 0 && (await changes.newestRoomEntries(room.number, streamKinds.event, since, upTo, 1)).length > 0;
  return { events: [], limited, prevBatch: undefined };
}

async function* newestFirst(deps: SyncDeps, { room, since, upTo }: DeltaRequest, firstSize: number): AsyncGenerator<EventRecord[]> {
  let before = upTo;
  for (let size = firstSize; ; size = pageSize) {
    const entries = await deps.changes.newestRoomEntries(room.number, streamKinds.event, since, before, size);
    const records = await deps.engine.events(entries.map((entry) => entry.subject));
    yield records.filter((record) => record !== undefined);
    const last = entries.at(-1);
    if (entries.length < size || last === undefined) return;
    before = last.position - 1;
  }
}

async function wanted(deps: SyncDeps, request: DeltaRequest, records: EventRecord[]): Promise<readonly EventRecord[]> {
  const { filter, userId, membership, ignored } = request;
  const visible = await deps.visibility.filter(records, userId, membership);
  // State is shown whoever sent it (client-server API, "Ignoring users").
  const told = visible.filter((record) => record.stateKey !== undefined || !ignored.has(record.event.sender));
  return matching(deps, filter.timeline, told, { userId, membership });
}
