import type { ClientEvents } from '../client-events/client-events.ts';
import { matching } from '../client-events/matches.ts';
import type { RoomEngine } from '../engine/engine.ts';
import type { EventRecord } from '../engine/event-record.ts';
import type { EventVisibility } from '../engine/event-visibility.ts';
import { MatrixError } from '../http/errors.ts';
import type { Requester } from '../http/route.ts';
import type { UserRooms } from '../streams/user-rooms.ts';
import type { EventsAround } from '../timeline/index.ts';
import { conditionOf, rankOf, wantedOf } from './condition.ts';
import { findableText } from './indexed-text.ts';
import { readFound } from './store.ts';
import { compileRoomEventFilter, type EventMatcher, type JsonObject, type JsonValue, parseRoomEventFilter } from '@hearth/protocol';
import type { Database } from '@hearth/storage';

/** Results of one answer. */
const limitUsual = 10;
const limitMax = 100;
/** Events around a result. */
const contextMax = 50;
/** Events that the index finds and that are looked at for one answer: those that the reader may not see count too. */
const scannedMax = 2_000;
/** The newest finds, which are counted, and of which the best are told where the order is by rank. */
const rankedMax = 500;
/** A person's newest rooms that are searched. */
const roomsMax = 2_000;
const nowhere = Number.MAX_SAFE_INTEGER;

export type SearchDeps = {
  readonly database: Database;
  readonly engine: RoomEngine;
  readonly visibility: EventVisibility;
  readonly clientEvents: ClientEvents;
  readonly userRooms: UserRooms;
  readonly around: EventsAround;
  /** Brings the index up to what is committed by now, as far as that is quickly done. */
  readonly catchUp: () => Promise<void>;
};

export type SearchRequest = {
  readonly search_term: string;
  readonly keys?: readonly string[];
  readonly filter?: unknown;
  readonly order_by?: 'recent' | 'rank';
  readonly event_context?: { readonly before_limit?: number; readonly after_limit?: number; readonly include_profile?: boolean };
  readonly include_state?: boolean;
  readonly groupings?: { readonly group_by?: readonly { readonly key?: 'room_id' | 'sender' }[] };
};

/** An event that was found, and where it was found. */
type Found = { readonly record: EventRecord; readonly membership: string; readonly rank: number };
type Page = { readonly found: readonly Found[]; readonly next: string | undefined };

/** Full-text search over the rooms that somebody is or was in. */
export class Search {
  readonly #deps: SearchDeps;

  constructor(deps: SearchDeps) {
    this.#deps = deps;
  }

  /** POST search, the category `room_events`. */
  async roomEvents(requester: Requester, asked: SearchRequest, nextBatch: string | undefined): Promise<JsonObject> {
    const filter = parseRoomEventFilter((asked.filter ?? {}) as JsonValue);
    if (!filter.ok) throw new MatrixError(filter.errcode, filter.error);
    const matcher = compileRoomEventFilter(filter.filter);
    const wanted = wantedOf(asked.search_term, asked.keys);
    const rooms = await this.#roomsOf(requester, filter.filter.rooms);
    const condition = conditionOf(wanted, [...rooms.keys()]);
    if (condition === undefined) return { count: 0, highlights: wanted.words, results: [] };
    // Who searches for what they just said expects to find it.
    await this.#deps.catchUp();
    const words = new Set(wanted.words);
    const limit = matcher.limit(limitUsual, limitMax);
    const look = { requester, condition, rooms, matcher, words, limit };
    // What the reader may not see is not counted either, so the index alone cannot say how many there are (AC-09).
    const newest = await this.#visible(await readFound(this.#deps.database.reader, condition, nowhere, rankedMax), look);
    const page = asked.order_by === 'recent' ? await this.#recent(look, nextBatch) : best(newest, look, nextBatch);
    return {
      count: newest.length,
      highlights: wanted.words,
      results: await Promise.all(page.found.map((one) => this.#result(one, requester, asked.event_context))),
      ...(page.next === undefined ? {} : { next_batch: page.next }),
      ...(asked.include_state === true ? { state: await this.#states(page.found, requester) } : {}),
      ...groupsOf(page.found, asked.groupings),
    };
  }

  /** Rooms by number with the person's membership, of those that the filter names. */
  async #roomsOf({ user }: Requester, ids: readonly string[] | undefined): Promise<ReadonlyMap<number, string>> {
    const own = await this.#deps.userRooms.of(user);
    const numbers = ids === undefined ? [...own.keys()] : await this.#numbersOf(ids);
    const rooms = new Map<number, string>();
    for (const number of numbers.toSorted((a, b) => b - a)) {
      const room = own.get(number);
      if (room === undefined || room.forgotten || room.membership === 'invite' || room.membership === 'knock') continue;
      rooms.set(number, room.membership);
      if (rooms.size >= roomsMax) break;
    }
    return rooms;
  }

  async #numbersOf(ids: readonly string[]): Promise<number[]> {
    const heads = await Promise.all(ids.slice(0, roomsMax).map(async (id) => this.#deps.engine.room(id)));
    return heads.flatMap((head) => (head === undefined ? [] : [head.number]));
  }

  /** Newest first; the token is the number of the last one told. */
  async #recent(look: Look, nextBatch: string | undefined): Promise<Page> {
    const found: Found[] = [];
    let before = numberOf(nextBatch, 'n') ?? nowhere;
    for (let scanned = 0; scanned < scannedMax;) {
      const size = Math.max(look.limit, 50);
      const numbers = await readFound(this.#deps.database.reader, look.condition, before, size);
      scanned += numbers.length;
      for (const one of await this.#visible(numbers, look)) {
        found.push(one);
        if (found.length >= look.limit) return { found, next: `n${one.record.number}` };
      }
      const last = numbers.at(-1);
      if (numbers.length < size || last === undefined) return { found, next: undefined };
      before = last;
    }
    return { found, next: `n${before}` };
  }

  /** Of events that the index finds, those that the reader may see and wants, in the same order. */
  async #visible(numbers: readonly number[], { requester, rooms, matcher, words }: Look): Promise<Found[]> {
    const found: Found[] = [];
    for (const record of await this.#deps.engine.events(numbers)) {
      const membership = record && rooms.get(record.room);
      if (record === undefined || membership === undefined || record.redactedBy !== null) continue;
      const wanted = await matching(this.#deps, matcher, [record], { userId: requester.userId, membership });
      const [visible] = await this.#deps.visibility.filter(wanted, requester.userId, membership);
      // Words that this reader is not shown are not there for them either.
      if (visible && !visible.isPruned) found.push({ record, membership, rank: rankOf(findableText(record.event)?.text ?? '', words) });
    }
    return found;
  }

  async #result({ record, membership, rank }: Found, requester: Requester, asked: SearchRequest['event_context']): Promise<JsonObject> {
    const [result] = await this.#deps.clientEvents.asObjects([record], requester, { withRoomId: true, generation: 'v3' });
    if (asked === undefined) return { rank, result } as JsonObject;
    const limits = { before: Math.min(asked.before_limit ?? 5, contextMax), after: Math.min(asked.after_limit ?? 5, contextMax) };
    const around = await this.#deps.around(record, { requester, membership, limits });
    const profiles = asked.include_profile === true ? { profile_info: await this.#profiles([record, ...around.records]) } : {};
    const { start, end, events_before, events_after } = around;
    return { rank, result, context: { start, end, events_before, events_after, ...profiles } } as JsonObject;
  }

  /** Names and pictures that the senders had then. */
  async #profiles(records: readonly EventRecord[]): Promise<JsonObject> {
    const profiles: Record<string, JsonValue> = Object.create(null) as Record<string, JsonValue>;
    for (const { event, room, stateBefore } of records) {
      if (event.sender in profiles || stateBefore === null) continue;
      const state = await this.#deps.engine.stateAt(room, stateBefore);
      const { displayname, avatar_url } = (await state?.get('m.room.member', event.sender))?.event.content ?? {};
      profiles[event.sender] = {
        ...(typeof displayname === 'string' ? { displayname } : {}),
        ...(typeof avatar_url === 'string' && avatar_url.startsWith('mxc://') ? { avatar_url } : {}),
      };
    }
    return profiles;
  }

  /** The state of each room: the present one for members, that at the newest find for those who left. */
  async #states(found: readonly Found[], requester: Requester): Promise<JsonObject> {
    const states: Record<string, JsonValue> = {};
    for (const { record, membership } of found) {
      const { roomId } = record.event;
      if (Object.hasOwn(states, roomId)) continue;
      const head = membership === 'join' ? await this.#deps.engine.roomByNumber(record.room) : undefined;
      const then = record.stateAfter === null ? undefined : await this.#deps.engine.stateAt(record.room, record.stateAfter);
      const state = head ? this.#deps.engine.currentState(head) : then;
      const shape = { withRoomId: true, generation: 'v3' } as const;
      states[roomId] = state === undefined ? [] : await this.#deps.clientEvents.asObjects(await state.all(), requester, shape);
    }
    return states;
  }
}

type Look = {
  readonly requester: Requester;
  readonly condition: string;
  readonly rooms: ReadonlyMap<number, string>;
  readonly matcher: EventMatcher;
  readonly words: ReadonlySet<string>;
  readonly limit: number;
};

/** Best first; the token is how many were told already. */
function best(newest: readonly Found[], { limit }: Look, nextBatch: string | undefined): Page {
  const start = numberOf(nextBatch, 'k') ?? 0;
  const ranked = newest.toSorted((a, b) => b.rank - a.rank || b.record.number - a.record.number);
  const end = start + limit;
  return { found: ranked.slice(start, end), next: end < ranked.length ? `k${end}` : undefined };
}

/** Tokens of the two orders begin with different letters; what is none of ours is refused. */
function numberOf(token: string | undefined, letter: 'n' | 'k'): number | undefined {
  if (token === undefined) return undefined;
  const number = token.startsWith(letter) && /^\d{1,16}$/.test(token.slice(1)) ? Number(token.slice(1)) : Number.NaN;
  if (!Number.isSafeInteger(number)) throw new MatrixError('M_INVALID_PARAM', 'next_batch is none of this search.');
  return number;
}

function groupsOf(found: readonly Found[], asked: SearchRequest['groupings']): JsonObject {
  const keys = [...new Set(asked?.group_by?.flatMap(({ key }) => (key === undefined ? [] : [key])))];
  if (keys.length === 0) return {};
  return { groups: Object.fromEntries(keys.map((key) => [key, grouped(found, key)])) };
}

function grouped(found: readonly Found[], key: 'room_id' | 'sender'): JsonObject {
  const groups = new Map<string, string[]>();
  for (const { record } of found) {
    const name = key === 'room_id' ? record.event.roomId : record.event.sender;
    groups.set(name, [...(groups.get(name) ?? []), record.event.eventId]);
  }
  return Object.fromEntries([...groups].map(([name, results], order) => [name, { order, results }]));
}
