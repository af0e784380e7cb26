import type { EventRecord } from '../engine/event-record.ts';
import type { EventMatcher } from '@hearth/protocol';

/** Whether a client's filter lets an event through. */
export function matches(matcher: EventMatcher, { event }: EventRecord): boolean {
  return matcher.matches({ type: event.type, sender: event.sender, roomId: event.roomId, content: event.content });
}
