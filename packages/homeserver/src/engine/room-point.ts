import type { ChangeIndex } from '../streams/change-index.ts';
import type { RoomEngine } from './engine.ts';
import { streamKinds } from '@hearth/storage';

/** A room as it was at a position of the stream. */
export type RoomPoint = {
  /** Number of the room's state. */
  readonly state: number;
  /** The room's running number of countable events. */
  readonly countable: number;
};

/** What is needed to find it. */
export type PointDeps = {
  readonly changes: Pick<ChangeIndex, 'lastRoomEntry' | 'newestRoomEntries'>;
  readonly engine: Pick<RoomEngine, 'event'>;
};

/**
 * The room as of a position: an event's row makes the state after that event the current one; a later row of kind `state` says that
 * the state changed without an event. Undefined when the room has nothing at or before the position.
 */
export async function pointAt({ changes, engine }: PointDeps, room: number, position: number): Promise<RoomPoint | undefined> {
  const last = await changes.lastRoomEntry(room, streamKinds.event, position);
  const record = last && (await engine.event(last.subject));
  if (!last || record?.stateAfter === undefined || record.stateAfter === null) return undefined;
  const [newer] = await changes.newestRoomEntries(room, streamKinds.state, last.position, position, 1);
  return { state: newer?.subject ?? record.stateAfter, countable: record.countable };
}
