import type { EventRecord } from './event-record.ts';

/** Timeline order: by depth, then by arrival. False for an event and itself. */
export function isAfter(one: EventRecord, other: EventRecord): boolean {
  return one.event.depth === other.event.depth ? one.number > other.number : one.event.depth > other.event.depth;
}
