import type { EventRecord } from '../event-record.ts';
import { type GraphEngine, walkBack } from './walk-back.ts';

/** Events of one answer, and events that a question may name at either end. */
export const missingEventsMax = 100;
const endsMax = 100;

export type Gap = {
  /** Ids of events that the other server has, and of some that it wants to have joined with them. */
  readonly earliest: readonly string[];
  readonly latest: readonly string[];
  readonly limit: number;
  readonly minDepth: number;
};

/**
 * What lies between events: the nearest to the latest, of those the earliest first, without either end
 * (https://spec.matrix.org/v1.19/server-server-api/#post_matrixfederationv1get_missing_eventsroomid).
 */
export async function missingEvents(engine: GraphEngine, room: number, { earliest, latest, limit, minDepth }: Gap): Promise<EventRecord[]> {
  const ends = latest.slice(0, endsMax);
  const from: string[] = [];
  for (const eventId of ends) {
    const record = await engine.eventById(eventId);
    if (record?.room === room) from.push(...record.event.prevEvents);
  }
  const notThese = new Set([...earliest.slice(0, endsMax), ...ends]);
  const found = await walkBack(engine, { room, from, limit: Math.min(limit, missingEventsMax), notThese, minDepth });
  return found.toReversed();
}
