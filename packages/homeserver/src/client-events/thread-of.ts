import type { RoomEngine } from '../engine/engine.ts';
import type { EventRecord } from '../engine/event-record.ts';
import { ownObject, ownString } from '@hearth/protocol';

/** Relations that are followed to find a thread (client-server API, "Threaded read receipts"). */
const hopsMax = 3;

/** The main timeline, as threads of receipts are named. */
export const mainTimeline = 'main';

/** Where an event stands: in the thread of this root, or in the main timeline, related to `root` or to nothing. */
export type ThreadPlace = { readonly thread: string; readonly relatesTo: string | undefined };

/** Follows an event's relations to the thread that it is part of. Roots, and what relates to a root otherwise, are in the main timeline. */
export async function threadPlaceOf(engine: Pick<RoomEngine, 'eventById'>, record: EventRecord): Promise<ThreadPlace> {
  let current: EventRecord | undefined = record;
  let relatesTo: string | undefined;
  for (let hop = 0; current && hop < hopsMax; hop += 1) {
    const relation = ownObject(current.event.content, 'm.relates_to');
    const target = relation && ownString(relation, 'event_id');
    if (relation === undefined || target === undefined) break;
    if (ownString(relation, 'rel_type') === 'm.thread') return { thread: target, relatesTo: target };
    relatesTo = target;
    const parent: EventRecord | undefined = await engine.eventById(target);
    current = parent?.room === record.room ? parent : undefined;
  }
  return { thread: mainTimeline, relatesTo };
}

/** Whether a receipt of this thread may name the event: a root and what relates to it count to both. */
export async function isInThread(engine: Pick<RoomEngine, 'eventById'>, record: EventRecord, thread: string): Promise<boolean> {
  const place = await threadPlaceOf(engine, record);
  if (place.thread === thread) return true;
  return place.thread === mainTimeline && (record.event.eventId === thread || place.relatesTo === thread);
}
