import type { EventRecord } from '../../engine/event-record.ts';
import { MatrixError } from '../../http/errors.ts';
import type { Generation, Requester } from '../../http/route.ts';
import { parseToken, type SyncToken, type TimelineToken, writeSyncToken } from '../../streams/tokens.ts';
import { AnswerDraft } from '../answer.ts';
import type { SyncDeps } from '../deps.ts';
import { usualFilter } from '../filters.ts';
import { longPoll } from '../poll.ts';
import { nextToken, reachable } from '../since.ts';
import { type NewsContext, takeNews } from '../window.ts';
import { accessTo, type RoomAccess } from './access.ts';
import { eventsForEverybody, eventsForMember, nextEvents } from './event-pages.ts';
import { presentEvents } from './membership-events.ts';
import { presenceOf2015 } from './presence-of-2015.ts';
import type { JsonObject } from '@hearth/protocol';
import { streamKinds } from '@hearth/storage';

/** How long a request without `timeout` waits. */
const timeoutMsUsual = 30_000;
/** Rooms that one request may look into. */
const roomsMax = 20;

export type EventsQuery = {
  readonly from?: string | undefined;
  readonly timeout?: number | undefined;
  readonly room_id?: readonly string[] | undefined;
};

export type EventsRequest = {
  readonly requester: Requester;
  readonly query: EventsQuery;
  readonly generation: Generation;
  readonly signal: AbortSignal;
};

export type EventsAnswer = { readonly start: string; readonly end: string; readonly chunk: readonly JsonObject[] };

/** What is in view: all rooms of the reader, or the ones named. */
type View = { readonly rooms: readonly number[] | undefined; readonly asMember: ReadonlySet<number> };

type Look = { readonly chunk: readonly JsonObject[]; readonly end: SyncToken; readonly complete: boolean };

/** GET /events: one list of everything that happens, as it was read before /sync. Deprecated, and what clients of 2015 live on. */
export class EventStream {
  readonly #deps: SyncDeps;

  constructor(deps: SyncDeps) {
    this.#deps = deps;
  }

  async events(request: EventsRequest): Promise<EventsAnswer> {
    const { requester, query } = request;
    const view = await this.#view(requester, query.room_id);
    const rest = this.#deps.follow(requester, 'as-before');
    return this.#follow(request, view).finally(rest);
  }

  async #follow(request: EventsRequest, view: View): Promise<EventsAnswer> {
    const { requester, query, signal } = request;
    let since = await this.#from(query.from);
    const start = query.from === undefined || query.from === 'END' ? writeSyncToken(since) : query.from;
    const look = async (mustAnswer: boolean): Promise<EventsAnswer | undefined> => {
      for (;;) {
        const { chunk, end, complete } = await this.#look(request, view, since);
        since = end;
        if (chunk.length > 0 || (complete && mustAnswer)) return { start, end: writeSyncToken(end), chunk };
        if (complete) return undefined;
      }
    };
    const timeoutMs = query.timeout ?? timeoutMsUsual;
    return longPoll(this.#deps, { user: requester.user, rooms: view.rooms ?? [], presence: true, timeoutMs, signal, look });
  }

  async #look(request: EventsRequest, view: View, since: SyncToken): Promise<Look> {
    const { requester, generation } = request;
    const deps = this.#deps;
    const news = await takeNews(deps, { requester, filter: usualFilter, since, fullState: view.rooms !== undefined });
    if (!news.context) return { chunk: [], end: nextToken(deps, news.window), complete: true };
    const { memberships, ignored, changed } = news.context;
    const rooms = view.rooms ?? new Set([...changed, ...memberships.keys()]);
    const page = await nextEvents(deps, rooms, since.position, news.window.upTo);
    const reading = { requester, ignored, forgotten: forgottenOf(news.context), knocks: generation !== 'v1' };
    const records: EventRecord[] = [];
    for (const record of page.records) {
      const isMember = view.rooms === undefined || view.asMember.has(record.room);
      records.push(...(await (isMember ? eventsForMember : eventsForEverybody)(deps, [record], reading)));
    }
    const chunk = await presentEvents(deps, records, requester, generation);
    // The specification of today describes the chunk as events of rooms only.
    if (generation === 'v1' || generation === 'v2a') chunk.push(...(await this.#beside(request, view, since, page.upTo)));
    return { chunk, end: { ...nextToken(deps, news.window), position: page.upTo, toDevice: page.upTo }, complete: page.complete };
  }

  /** Typing, receipts, account data and presence, each as an event of its own. */
  async #beside({ requester }: EventsRequest, view: View, since: SyncToken, upTo: number): Promise<JsonObject[]> {
    const deps = this.#deps;
    const { context } = await takeNews(deps, { requester, filter: usualFilter, since, fullState: view.rooms !== undefined, upTo });
    if (!context) return [];
    const seen = view.rooms === undefined ? context : await this.#lookingInto(context, view.rooms);
    const draft = new AnswerDraft();
    for (const section of deps.sections) await section.collect(seen, draft);
    const events: JsonObject[] = [];
    for (const [number, { ephemeral, accountData }] of draft.rooms) {
      const room = seen.joined.has(number) ? await deps.engine.roomByNumber(number) : undefined;
      if (room) for (const event of [...ephemeral, ...accountData]) events.push({ ...event, room_id: room.roomId });
    }
    return [...events, ...draft.accountData, ...draft.presence.map(presenceOf2015)].map((event) => ({ ...event }));
  }

  /** Sections ask for rooms that one is joined to: here these are the rooms looked into, and nothing of the reader's own. */
  async #lookingInto(context: NewsContext, rooms: readonly number[]): Promise<NewsContext> {
    const changed = await this.#deps.changes.changedRooms(rooms, context.window.since);
    return {
      ...context,
      joined: new Set(rooms),
      whole: noRooms,
      newlyJoined: noRooms,
      changed,
      ownChanged: false,
      ownEntries: async () => [],
    };
  }

  async #view(requester: Requester, roomIds: readonly string[] | undefined): Promise<View> {
    if (roomIds === undefined) return { rooms: undefined, asMember: noRooms };
    if (roomIds.length > roomsMax) throw new MatrixError('M_INVALID_PARAM', `One request can look into ${roomsMax} rooms.`);
    const access: RoomAccess[] = [];
    for (const roomId of roomIds) access.push(await accessTo(this.#deps, roomId, requester));
    if (access.some(({ as }) => as === 'former')) throw new MatrixError('M_FORBIDDEN', 'You are not in this room, or it does not exist.');
    const numbers = (of: readonly RoomAccess[]): number[] => of.map(({ room }) => room.number);
    return { rooms: numbers(access), asMember: new Set(numbers(access.filter(({ as }) => as === 'member'))) };
  }

  /** `END`, and nothing at all, mean now. */
  async #from(text: string | undefined): Promise<SyncToken> {
    const { tail, ephemeral } = this.#deps;
    const now = nextToken(this.#deps, {
      since: 0,
      upTo: tail.position,
      initial: true,
      ephemeralSince: 0,
      ephemeralUpTo: ephemeral.position,
      toDeviceSince: 0,
    });
    if (text === undefined || text === '' || text === 'END') return now;
    if (text === 'START') return { ...now, position: 0, toDevice: 0 };
    const token = parseToken(text);
    const position = token?.kind === 'timeline' ? await this.#positionOf(token) : undefined;
    if (position !== undefined) return { ...now, position, toDevice: position };
    const since = token?.kind === 'sync' ? await reachable(this.#deps, token) : undefined;
    if (!since) throw new MatrixError('M_BAD_PAGINATION', 'The token in from is not one of this server. Start again with initialSync.');
    return since;
  }

  /** Where in the stream the event before or after a gap of a room's timeline stands: clients of 2015 use one token for another. */
  async #positionOf({ number }: TimelineToken): Promise<number | undefined> {
    const { engine, changes, tail } = this.#deps;
    if (number === Number.MAX_SAFE_INTEGER) return tail.position;
    for (const [event, isAfter] of [
      [number, true],
      [number + 1, false],
    ] as const) {
      const record = await engine.event(event);
      const entry = record && (await changes.entryOf(record.room, streamKinds.event, event));
      if (entry) return isAfter ? entry.position : entry.position - 1;
    }
    return undefined;
  }
}

function forgottenOf({ userRooms }: NewsContext): (room: number) => boolean {
  return (room) => userRooms.get(room)?.forgotten === true;
}

const noRooms: ReadonlySet<number> = new Set();
