import type { JsonObject, JsonValue } from '../json/value.ts';
import type { RoomVersionRules } from '../room-versions/rules.ts';
import type { Reject } from '../verdict.ts';

import { parseEventId } from '../ids/event-id.ts';
import { own } from '../json/object.ts';
import { isJsonObject } from '../json/value.ts';
import { reject } from '../verdict.ts';

/** Most entries of `prev_events` and `auth_events`, repetitions included (https://spec.matrix.org/v1.19/rooms/v4/#event-format). */
export const prevEventsMax = 20;
export const authEventsMax = 10;

export type References = { readonly allowed: true; readonly eventIds: readonly string[] } | Reject;

export function readPrevEvents(json: JsonObject, rules: RoomVersionRules): References {
  return readReferences(json, 'prev_events', prevEventsMax, rules);
}

export function readAuthEvents(json: JsonObject, rules: RoomVersionRules): References {
  return readReferences(json, 'auth_events', authEventsMax, rules);
}

function readReferences(json: JsonObject, key: string, max: number, rules: RoomVersionRules): References {
  const list = own(json, key);
  if (!Array.isArray(list)) return reject(`format.${key}`, `${key} is a list`);
  if (list.length > max) return reject(`format.${key}`, `${key} has more than ${max} entries`);
  const eventIds: string[] = [];
  for (const entry of list as readonly JsonValue[]) {
    const eventId = parseEventId(rules.eventIdFormat === 'given' ? idOfPair(entry) : entry);
    if (eventId === undefined) return reject(`format.${key}`, `an entry of ${key} is not an event id`);
    eventIds.push(eventId);
  }
  return { allowed: true, eventIds };
}

/** In versions 1 and 2 an entry is the id with an object of the event's hashes. */
function idOfPair(entry: JsonValue): JsonValue | undefined {
  return Array.isArray(entry) && entry.length === 2 && isJsonObject(entry[1]) ? (entry[0] as JsonValue) : undefined;
}
