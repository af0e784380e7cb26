/** An event as push rules see it, with what one user's rules computed kept for the next user's. */
import { foldCase } from '../glob.ts';
import type { JsonObject, JsonValue } from '../json/value.ts';
import { propertyAt } from '../property-path.ts';

/** What rules may look at: the fields of a client event. Signatures, hashes and the graph are not among them. */
export type PushEvent = {
  readonly eventId: string;
  readonly roomId: string;
  readonly type: string;
  readonly sender: string;
  readonly stateKey: string | undefined;
  readonly content: JsonObject;
  readonly originServerTs?: number | undefined;
  readonly redacts?: string | undefined;
};

export type PushEventView = {
  readonly event: PushEvent;
  /** The property at a parsed path. */
  readonly property: (names: readonly string[]) => JsonValue | undefined;
  /** The same if it is a string, in the form for comparing without case; `key` is the path as written. */
  readonly foldedString: (key: string, names: readonly string[]) => string | undefined;
};

/** Folded strings kept for one event. Rules of many users ask for the same few keys. */
const foldedMax = 32;

/** Make one view per event and use it for all users. */
export function viewPushEvent(event: PushEvent): PushEventView {
  const folded = new Map<string, string | undefined>();
  const property = (names: readonly string[]): JsonValue | undefined => propertyAt(topLevel(event, names[0]), names.slice(1));
  return {
    event,
    property,
    foldedString: (key, names) => {
      if (folded.has(key)) return folded.get(key);
      const value = property(names);
      const text = typeof value === 'string' ? foldCase(value) : undefined;
      if (folded.size < foldedMax) folded.set(key, text);
      return text;
    },
  };
}

function topLevel(event: PushEvent, name: string | undefined): JsonValue | undefined {
  switch (name) {
    case 'type':
      return event.type;
    case 'content':
      return event.content;
    case 'sender':
      return event.sender;
    case 'room_id':
      return event.roomId;
    case 'event_id':
      return event.eventId;
    case 'state_key':
      return event.stateKey;
    case 'origin_server_ts':
      return event.originServerTs;
    case 'redacts':
      return event.redacts;
    default:
      return undefined;
  }
}
