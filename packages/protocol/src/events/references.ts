import { parseEventId } from '../ids/event-id.ts';
import { ownArray } from '../json/object.ts';
import type { JsonObject, JsonValue } from '../json/value.ts';
import { isJsonObject } from '../json/value.ts';
import type { RoomVersionRules } from '../room-versions/rules.ts';
import type { Reject } from '../verdict.ts';
import { reject } from '../verdict.ts';

/** Most entries of `prev_events` and `auth_events`, repetitions included (https://spec.matrix.org/v1.19/rooms/v4/#event-format). */
export const prevEventsMax = 20;
export const authEventsMax = 10;

/** What is wrong with the lists of cited events, or undefined. */
export function referencesRefusal(json: JsonObject, rules: RoomVersionRules): Reject | undefined {
  return refusalOf(json, 'prev_events', prevEventsMax, rules) ?? refusalOf(json, 'auth_events', authEventsMax, rules);
}

/** The ids that a checked event cites under `key`, whatever the wire format. */
export function citedEventIds(pdu: JsonObject, key: 'prev_events' | 'auth_events', rules: RoomVersionRules): readonly string[] {
  const ids: string[] = [];
  for (const entry of ownArray(pdu, key) ?? []) {
    const id = idOf(entry, rules);
    if (typeof id === 'string') ids.push(id);
  }
  return ids;
}

function refusalOf(json: JsonObject, key: string, max: number, rules: RoomVersionRules): Reject | undefined {
  const list = ownArray(json, key);
  if (list === undefined) return reject(`format.${key}`, `${key} is a list`);
  if (list.length > max) return reject(`format.${key}`, `${key} has more than ${max} entries`);
  const allIds = list.every((entry) => parseEventId(idOf(entry, rules)) !== undefined);
  return allIds ? undefined : reject(`format.${key}`, `an entry of ${key} is not an event id`);
}

/** In versions 1 and 2 an entry is a pair of the id and an object of the event's hashes. */
function idOf(entry: JsonValue, rules: RoomVersionRules): JsonValue | undefined {
  if (rules.eventIdFormat !== 'given') return entry;
  return Array.isArray(entry) && entry.length === 2 && isJsonObject(entry[1]) ? (entry[0] as JsonValue) : undefined;
}
