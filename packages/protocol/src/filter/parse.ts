/**
 * Reads a filter from JSON of a stranger. Unknown keys are ignored, known ones must have their type; the first that has
 * not is named in the refusal, which answers 400 M_BAD_JSON. What GET /filter gives back is the JSON as it came, which
 * the caller keeps; this form is only for matching.
 */
import type { JsonObject, JsonValue } from '../json/value.ts';
import { isJsonObject } from '../json/value.ts';
import type { EventFilter, RoomEventFilter, RoomFilter, SyncFilter } from './definition.ts';

export type FilterRefusal = { readonly ok: false; readonly errcode: 'M_BAD_JSON'; readonly error: string };
export type ParsedFilter<F> = { readonly ok: true; readonly filter: F } | FilterRefusal;

/** Entries of one list. The longest seen in the wild name every room of a user. */
export const filterListMax = 5000;
/** Entries of one list that have a `*`: each is tried on each event. */
export const filterWildcardsMax = 100;
/** Fields of `event_fields`. */
export const filterFieldsMax = 200;
/** Characters of one entry: ids and types have at most 255 bytes, the rest is room for paths. */
export const filterEntryLengthMax = 512;

/** Reads the body of POST /filter, or the inline filter of /sync. */
export function parseSyncFilter(body: JsonValue): ParsedFilter<SyncFilter> {
  return attempt(() => readSyncFilter(object(body, 'filter')));
}

/** Reads the filter of /messages, /context and /search. */
export function parseRoomEventFilter(body: JsonValue): ParsedFilter<RoomEventFilter> {
  return attempt(() => readRoomEventFilter(object(body, 'filter'), ''));
}

function readSyncFilter(body: JsonObject): SyncFilter {
  const format = valueOf(body, 'event_format');
  if (format !== undefined && format !== 'client' && format !== 'federation')
    throw new Refused('event_format must be "client" or "federation"');
  return {
    eventFields: strings(body, 'event_fields', '', filterFieldsMax),
    eventFormat: format ?? 'client',
    presence: readEventFilter(part(body, 'presence', ''), 'presence.'),
    accountData: readEventFilter(part(body, 'account_data', ''), 'account_data.'),
    room: readRoomFilter(part(body, 'room', ''), 'room.'),
  };
}

function readRoomFilter(body: JsonObject, at: string): RoomFilter {
  const events = (key: string): RoomEventFilter => readRoomEventFilter(part(body, key, at), `${at}${key}.`);
  return {
    rooms: ids(body, 'rooms', at, '!'),
    notRooms: ids(body, 'not_rooms', at, '!'),
    includeLeave: flag(body, 'include_leave', at) ?? false,
    state: events('state'),
    timeline: events('timeline'),
    ephemeral: events('ephemeral'),
    accountData: events('account_data'),
  };
}

function readRoomEventFilter(body: JsonObject, at: string): RoomEventFilter {
  return {
    ...readEventFilter(body, at),
    rooms: ids(body, 'rooms', at, '!'),
    notRooms: ids(body, 'not_rooms', at, '!'),
    containsUrl: flag(body, 'contains_url', at),
    lazyLoadMembers: flag(body, 'lazy_load_members', at) ?? false,
    includeRedundantMembers: flag(body, 'include_redundant_members', at) ?? false,
    unreadThreadNotifications:
      eitherName(flag, body, ['unread_thread_notifications', 'org.matrix.msc3773.unread_thread_notifications'], at) ?? false,
    relatedByRelTypes: eitherName(strings, body, ['related_by_rel_types', 'io.element.relation_types'], at),
    relatedBySenders: eitherName(userIds, body, ['related_by_senders', 'io.element.relation_senders'], at),
    relTypes: strings(body, 'org.matrix.msc3874.rel_types', at),
    notRelTypes: strings(body, 'org.matrix.msc3874.not_rel_types', at),
    labels: strings(body, 'org.matrix.labels', at),
    notLabels: strings(body, 'org.matrix.not_labels', at),
  };
}

function readEventFilter(body: JsonObject, at: string): EventFilter {
  return {
    limit: count(body, 'limit', at),
    types: strings(body, 'types', at),
    notTypes: strings(body, 'not_types', at),
    senders: ids(body, 'senders', at, '@'),
    notSenders: ids(body, 'not_senders', at, '@'),
  };
}

// The readers below end the reading with a Refused, which never leaves this file.

class Refused extends Error {}

function attempt<F>(read: () => F): ParsedFilter<F> {
  try {
    return { ok: true, filter: read() };
  } catch (problem) {
    if (problem instanceof Refused) return { ok: false, errcode: 'M_BAD_JSON', error: problem.message };
    throw problem;
  }
}

function valueOf(body: JsonObject, key: string): JsonValue | undefined {
  return Object.hasOwn(body, key) ? body[key] : undefined;
}

function object(value: JsonValue, name: string): JsonObject {
  if (!isJsonObject(value)) throw new Refused(`${name} must be an object`);
  return value;
}

const empty: JsonObject = Object.freeze({});

function part(body: JsonObject, key: string, at: string): JsonObject {
  const value = valueOf(body, key);
  return value === undefined ? empty : object(value, at + key);
}

function flag(body: JsonObject, key: string, at: string): boolean | undefined {
  const value = valueOf(body, key);
  if (value !== undefined && typeof value !== 'boolean') throw new Refused(`${at}${key} must be true or false`);
  return value;
}

/** The specification asks for more than 0; clients in use send 0 for "no events", and mean it. */
function count(body: JsonObject, key: string, at: string): number | undefined {
  const value = valueOf(body, key);
  if (value === undefined) return undefined;
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0)
    throw new Refused(`${at}${key} must be an integer greater than 0`);
  return value;
}

function strings(body: JsonObject, key: string, at: string, longest = filterListMax): readonly string[] | undefined {
  const value = valueOf(body, key);
  if (value === undefined) return undefined;
  if (!Array.isArray(value)) throw new Refused(`${at}${key} must be a list of strings`);
  if (value.length > longest) throw new Refused(`${at}${key} has more than ${longest} entries`);
  for (const entry of value as readonly JsonValue[]) {
    if (typeof entry !== 'string') throw new Refused(`${at}${key} must be a list of strings`);
    if (entry.length > filterEntryLengthMax) throw new Refused(`an entry of ${at}${key} has more than ${filterEntryLengthMax} characters`);
  }
  const list = value as readonly string[];
  const wildcards = list.filter((entry) => entry.includes('*'));
  if (wildcards.length > filterWildcardsMax) throw new Refused(`${at}${key} has more than ${filterWildcardsMax} entries with *`);
  return list;
}

/** The name of the specification, and the one from before, which clients send on. */
function eitherName<Value>(
  read: (body: JsonObject, key: string, at: string) => Value | undefined,
  body: JsonObject,
  [stable, older]: readonly [string, string],
  at: string,
): Value | undefined {
  return read(body, stable, at) ?? read(body, older, at);
}

function userIds(body: JsonObject, key: string, at: string): readonly string[] | undefined {
  return ids(body, key, at, '@');
}

/** Ids begin with their sigil; in 2015 a `*` could stand in them, so what has a star is let through (see compile.ts). */
function ids(body: JsonObject, key: string, at: string, sigil: '@' | '!'): readonly string[] | undefined {
  const list = strings(body, key, at);
  const wrong = list?.find((entry) => !entry.startsWith(sigil) && !entry.includes('*'));
  if (wrong !== undefined) throw new Refused(`an entry of ${at}${key} does not begin with ${sigil}`);
  return list;
}
