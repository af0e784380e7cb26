/** Filters as predicates: compiled once, then asked for each event. */
import type { Glob } from '../glob.ts';
import { compileGlob } from '../glob.ts';
import type { JsonObject } from '../json/value.ts';
import { isJsonObject } from '../json/value.ts';
import type { EventFilter, RoomEventFilter } from './definition.ts';

/** What filters look at. Typing, receipts and account data have no sender; presence has its user as one. */
export type EventFacts = {
  readonly type: string;
  readonly sender?: string | undefined;
  readonly roomId?: string | undefined;
  /** The content; only its own keys `url`, `m.relates_to` and `org.matrix.labels` are read. */
  readonly content?: JsonObject | undefined;
  /**
   * The events that relate to this one: their relation and sender. Only asked for if the filter's `needsRelations` says
   * so; absent means none.
   */
  readonly relatedBy?: () => Iterable<{ readonly relType: string; readonly sender: string }>;
};

export type EventMatcher = {
  readonly matches: (event: EventFacts) => boolean;
  /** No event can match, so nothing needs to be read: an empty list, a limit of 0, or `not_types` with a bare `*`. */
  readonly matchesNothing: boolean;
  /** Every event matches. */
  readonly matchesAll: boolean;
  /** Whether `relatedBy` of the facts is read. */
  readonly needsRelations: boolean;
  /** How many events to give: the client's wish, else `usual`, never more than `most`. */
  readonly limit: (usual: number, most: number) => number;
};

export type MatchOptions = {
  /** Whether `*` in lists of senders and rooms is a wildcard, as it was in filters stored through v2_alpha. */
  readonly wildcardIds?: boolean;
};

/** A matcher for account data and presence. */
export function compileEventFilter(filter: EventFilter, options: MatchOptions = {}): EventMatcher {
  return matcher(filter, basicChecks(filter, options.wildcardIds ?? false), false);
}

/** A matcher for events of rooms. */
export function compileRoomEventFilter(filter: RoomEventFilter, options: MatchOptions = {}): EventMatcher {
  const wild = options.wildcardIds ?? false;
  const checks = [...basicChecks(filter, wild), ...roomChecks(filter, wild), ...contentChecks(filter)];
  const needsRelations = filter.relatedByRelTypes !== undefined || filter.relatedBySenders !== undefined;
  return matcher(filter, needsRelations ? [...checks, relatedBy(filter)] : checks, needsRelations);
}

/** Whether a room is wanted at all, as `rooms` and `not_rooms` of a room filter say. */
export function compileRoomList(
  lists: { readonly rooms: readonly string[] | undefined; readonly notRooms: readonly string[] | undefined },
  options: MatchOptions = {},
): (roomId: string) => boolean {
  const wild = options.wildcardIds ?? false;
  const wanted = lists.rooms === undefined ? undefined : oneOf(lists.rooms, wild);
  const unwanted = oneOf(lists.notRooms ?? [], wild);
  return (roomId) => !unwanted(roomId) && (wanted === undefined || wanted(roomId));
}

type Check = (event: EventFacts) => boolean;

function matcher(filter: EventFilter & Partial<RoomEventFilter>, checks: readonly Check[], needsRelations: boolean): EventMatcher {
  const wanted = [
    filter.types,
    filter.senders,
    filter.rooms,
    filter.labels,
    filter.relTypes,
    filter.relatedByRelTypes,
    filter.relatedBySenders,
  ];
  const matchesNothing = filter.limit === 0 || wanted.some((list) => list?.length === 0) || (filter.notTypes ?? []).includes('*');
  return {
    matches: matchesNothing ? () => false : (event) => checks.every((check) => check(event)),
    matchesNothing,
    matchesAll: !matchesNothing && checks.length === 0,
    needsRelations: needsRelations && !matchesNothing,
    limit: (usual, most) => Math.min(filter.limit ?? usual, most),
  };
}

function basicChecks(filter: EventFilter, wild: boolean): Check[] {
  return [
    ...listChecks(filter.types, filter.notTypes, true, (event) => event.type),
    ...listChecks(filter.senders, filter.notSenders, wild, (event) => event.sender),
  ];
}

function roomChecks(filter: RoomEventFilter, wild: boolean): Check[] {
  return listChecks(filter.rooms, filter.notRooms, wild, (event) => event.roomId);
}

function contentChecks(filter: RoomEventFilter): Check[] {
  const checks = listChecks(filter.relTypes, filter.notRelTypes, false, (event) => relTypeOf(event.content));
  const { containsUrl, labels, notLabels } = filter;
  if (containsUrl !== undefined)
    checks.push((event) => (event.content !== undefined && Object.hasOwn(event.content, 'url')) === containsUrl);
  if (labels !== undefined) checks.push(hasLabelOf(labels));
  if (notLabels !== undefined) {
    const isUnwanted = hasLabelOf(notLabels);
    checks.push((event) => !isUnwanted(event));
  }
  return checks;
}

/** One event must satisfy both lists: "a thread that this person wrote in". */
function relatedBy(filter: RoomEventFilter): Check {
  const relTypes = filter.relatedByRelTypes && new Set(filter.relatedByRelTypes);
  const senders = filter.relatedBySenders && new Set(filter.relatedBySenders);
  return (event) => {
    for (const { relType, sender } of event.relatedBy?.() ?? []) {
      if ((relTypes === undefined || relTypes.has(relType)) && (senders === undefined || senders.has(sender))) return true;
    }
    return false;
  };
}

/** An event without the property is in no list: it fails the wanted ones and passes the unwanted ones. */
function listChecks(
  wanted: readonly string[] | undefined,
  unwanted: readonly string[] | undefined,
  wild: boolean,
  property: (event: EventFacts) => string | undefined,
): Check[] {
  const checks: Check[] = [];
  if (unwanted !== undefined && unwanted.length > 0) {
    const isUnwanted = oneOf(unwanted, wild);
    checks.push((event) => {
      const value = property(event);
      return value === undefined || !isUnwanted(value);
    });
  }
  if (wanted !== undefined) {
    const isWanted = oneOf(wanted, wild);
    checks.push((event) => {
      const value = property(event);
      return value !== undefined && isWanted(value);
    });
  }
  return checks;
}

/** Plain entries are looked up, only those with a star are tried one by one. */
function oneOf(entries: readonly string[], wild: boolean): (value: string) => boolean {
  const plain = new Set(entries);
  const globs: readonly Glob[] = wild
    ? [...plain].filter((entry) => entry.includes('*')).map((entry) => compileGlob(entry, { starsOnly: true }))
    : [];
  return (value) => plain.has(value) || globs.some((glob) => glob.matches(value));
}

function relTypeOf(content: JsonObject | undefined): string | undefined {
  const relation = content !== undefined && Object.hasOwn(content, 'm.relates_to') ? content['m.relates_to'] : undefined;
  if (!isJsonObject(relation) || !Object.hasOwn(relation, 'rel_type')) return undefined;
  const relType = relation['rel_type'];
  return typeof relType === 'string' ? relType : undefined;
}

function hasLabelOf(wanted: readonly string[]): Check {
  const labels: ReadonlySet<unknown> = new Set(wanted);
  return ({ content }) => {
    const own = content !== undefined && Object.hasOwn(content, 'org.matrix.labels') ? content['org.matrix.labels'] : undefined;
    return Array.isArray(own) && own.some((label) => labels.has(label));
  };
}
