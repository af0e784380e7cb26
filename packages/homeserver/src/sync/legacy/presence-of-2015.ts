import type { SyncEvent } from '../../streams/stream.ts';

/** Clients of 2015 look for the user in the content. */
export function presenceOf2015(event: SyncEvent): SyncEvent {
  return event.sender === undefined ? event : { ...event, content: { ...event.content, user_id: event.sender } };
}
