import type { EventRecord } from '../event-record.ts';
import { type GraphEngine, walkBack } from './walk-back.ts';

/** Events of one answer, and events that it may begin with. */
export const backfillMax = 100;
const backfillFromMax = 20;

/**
 * Events and those before them, the latest first
 * (https://spec.matrix.org/v1.19/server-server-api/#get_matrixfederationv1backfillroomid).
 */
export function eventsBefore(engine: GraphEngine, room: number, from: readonly string[], limit: number): Promise<EventRecord[]> {
  return walkBack(engine, { room, from: from.slice(0, backfillFromMax), limit: Math.min(limit, backfillMax) });
}
