import type { RoomEngine } from '../engine.ts';
import type { EventRecord } from '../event-record.ts';

export type GraphEngine = Pick<RoomEngine, 'eventById'>;

type Walk = {
  readonly room: number;
  /** Ids of the events to begin with. */
  readonly from: readonly string[];
  readonly limit: number;
  /** Ids of events that are neither given nor walked through. */
  readonly notThese?: ReadonlySet<string>;
  readonly minDepth?: number;
};

/** Events of a room and what leads to them, the latest first. One step for each event that is given, and for each that is not here. */
export async function walkBack(engine: GraphEngine, { room, from, limit, notThese, minDepth = 0 }: Walk): Promise<EventRecord[]> {
  const found: EventRecord[] = [];
  const asked = new Set(notThese);
  let open: EventRecord[] = [];
  const add = async (eventIds: readonly string[]): Promise<void> => {
    for (const eventId of eventIds) {
      if (asked.has(eventId)) continue;
      asked.add(eventId);
      const record = await engine.eventById(eventId);
      if (record?.room === room && record.event.depth >= minDepth) open.push(record);
    }
    // Bound: what an event cites, which is at most 20, for each that is given.
    open = open.toSorted((a, b) => b.event.depth - a.event.depth || b.number - a.number);
  };
  await add(from);
  for (let next = open.shift(); next !== undefined && found.length < limit; next = open.shift()) {
    found.push(next);
    await add(next.event.prevEvents);
  }
  return found;
}
