import { MatrixError } from '../../http/errors.ts';
import type { PreparedJson, Requester } from '../../http/route.ts';
import { parseToken, type SyncToken, writeSyncToken } from '../../streams/tokens.ts';
import { usualFilter } from '../filters.ts';
import { longPoll } from '../poll.ts';
import { nextToken, reachable } from '../since.ts';
import { type NewsContext, takeNews } from '../window.ts';
import type { ConnectionKey } from './connection-store.ts';
import { type Connection, Connections, type Sent } from './connections.ts';
import type { Look, SlidingDeps } from './deps.ts';
import { collectExtensions } from './extensions.ts';
import { listedRooms, type ListedRooms } from './listed-rooms.ts';
import { parsePos, writePos } from './pos.ts';
import { presentSliding } from './present.ts';
import type { SlidingRequest } from './request.ts';
import { type RoomNews, roomNews } from './room-news.ts';
import { streamKinds } from '@hearth/storage';

/** Rooms of one answer. What is left over comes with the next, which is then given at once. */
const answerRoomsMax = 1_000;

export type SlidingCall = { readonly requester: Requester; readonly request: SlidingRequest; readonly signal: AbortSignal };

/** One request, with the connection that it goes on with. */
type Going = SlidingCall & {
  readonly key: ConnectionKey;
  readonly connection: Connection;
  readonly since: SyncToken | undefined;
  readonly toDeviceSince: number;
};

/** What the rooms of an answer came to. */
type Rooms = { readonly news: readonly RoomNews[]; readonly sent: Map<number, Sent>; readonly fresh: Set<number>; readonly isCut: boolean };

/** Sliding sync (MSC4186): what is new in the rooms that a client asks for, as far as this connection was not told yet. */
export class SlidingSync {
  readonly #deps: SlidingDeps;
  readonly #connections: Connections;

  constructor(deps: SlidingDeps) {
    this.#deps = deps;
    this.#connections = new Connections(deps.database);
  }

  async sync({ requester, request, signal }: SlidingCall): Promise<PreparedJson> {
    const key = { user: requester.user, deviceId: requester.deviceId, connId: request.connId };
    const pos = request.pos === undefined ? undefined : parsePos(request.pos);
    const since = pos && (await reachable(this.#deps, pos.token));
    if (request.pos !== undefined && (!pos || !since)) throw new MatrixError('M_UNKNOWN_POS');
    const toDeviceSince = await this.#acknowledge(requester, request);
    const connection = pos ? await this.#connections.resume(key, pos) : await this.#connections.begin();
    connection.current?.abort();
    const overtaken = new AbortController();
    connection.current = overtaken;
    const going = { requester, request, key, connection, since, toDeviceSince, signal: AbortSignal.any([signal, overtaken.signal]) };
    const poll = { user: requester.user, presence: false, timeoutMs: pos ? request.timeoutMs : 0, signal: going.signal };
    const rest = this.#deps.follow(requester, request.presence);
    return longPoll(this.#deps, { ...poll, look: (mustAnswer) => this.#look(going, mustAnswer) }).finally(rest);
  }

  /** The client has its messages up to `since`, so they go. Gives from where on it wants them. */
  async #acknowledge(requester: Requester, { extensions }: SlidingRequest): Promise<number> {
    const { enabled, since: text = '' } = extensions.to_device ?? {};
    if (enabled !== true || text === '') return 0;
    const parsed = parseToken(text);
    if (parsed?.kind !== 'sync') throw new MatrixError('M_INVALID_PARAM', 'The since of to_device is not a next_batch of this server.');
    const token = await reachable(this.#deps, parsed);
    if (!token) return 0;
    for (const section of this.#deps.sections) if (section.name === 'to-device') await section.acknowledge?.(requester, token);
    return token.toDevice;
  }

  /** The answer, or undefined when there is nothing new and the client can wait. Who may see what is decided anew in each look. */
  async #look(going: Going, mustAnswer: boolean): Promise<PreparedJson | undefined> {
    const { requester, request, connection, since, signal } = going;
    const deps = this.#deps;
    const news = await takeNews(deps, { requester, filter: usualFilter, since, fullState: false, evenIfQuiet: true });
    const { window, context } = news;
    if (!context) throw new Error('who asks even if it is quiet is given a context');
    const own = window.initial ? [] : await context.ownEntries(streamKinds.accountData);
    const look: Look = {
      request,
      connection,
      context,
      direct: await deps.labels.directRooms(requester.user),
      directChanged: own.some(({ subject, detail }) => subject === 0 && detail === 'm.direct'),
      ownRooms: window.initial ? new Set() : await ownRoomsOf(context),
    };
    const listed = await listedRooms(deps, look);
    const rooms = await this.#rooms(look, listed);
    const known = new Set([...connection.rooms.keys(), ...rooms.sent.keys()]);
    const shown = new Set(rooms.news.flatMap(({ timeline }) => timeline?.events.map(({ number }) => number) ?? []));
    const extensions = await collectExtensions(deps, look, { listed, fresh: rooms.fresh, known, shown }, going.toDeviceSince);
    const isFirst = connection.acknowledged === 0;
    if (!isFirst && !mustAnswer && rooms.news.length === 0 && !rooms.isCut && !extensions.hasNews) return undefined;
    const answer = await this.#connections.store(going.key, connection, rooms.sent, signal);
    if (answer === undefined) return this.#overtaken(going);
    const token = nextToken(deps, window);
    return presentSliding(
      deps,
      {
        pos: writePos({ connection: connection.number, answer, token }),
        txnId: request.txnId,
        counts: listed.counts,
        rooms: rooms.news,
        extensions: extensions.parts,
        end: writeSyncToken(token),
      },
      requester,
    );
  }

  async #rooms(look: Look, listed: ListedRooms): Promise<Rooms> {
    const { connection, context } = look;
    const news: RoomNews[] = [];
    const sent = new Map<number, Sent>();
    const fresh = new Set<number>();
    const looked = new Set<number>();
    let isCut = false;
    for (const [room, config] of listed.rooms) {
      if (news.length >= answerRoomsMax) {
        isCut = true;
        break;
      }
      looked.add(room);
      const before = connection.rooms.get(room);
      const told = await roomNews(this.#deps, look, room, config);
      if (!told) continue;
      if (told.news) news.push(told.news);
      if (!before || before.position > 0 || told.news?.initial === true) fresh.add(room);
      if (!before || !isSame(before, told.sent)) sent.set(room, told.sent);
    }
    // What is new in rooms that the client knows and does not ask for now is told when it asks for them again.
    for (const room of [...context.changed, ...look.ownRooms]) {
      const before = connection.rooms.get(room);
      if (before?.position === 0 && !looked.has(room)) sent.set(room, { ...before, position: context.window.since });
    }
    return { news, sent, fresh, isCut };
  }

  /** The client has asked again meanwhile, or the server stops: nothing was told, so it can go on from where it was. */
  async #overtaken({ request, requester }: Going): Promise<PreparedJson> {
    if (request.pos === undefined) throw new MatrixError('M_UNAVAILABLE');
    const nothing = { counts: new Map<string, number>(), rooms: [], extensions: new Map() };
    return presentSliding(this.#deps, { pos: request.pos, txnId: request.txnId, ...nothing, end: '' }, requester);
  }
}

/** Rooms in which something changed for the reader alone. */
async function ownRoomsOf({ memberships, ownEntries }: NewsContext): Promise<ReadonlySet<number>> {
  const rooms = new Set(memberships.keys());
  for (const kind of [streamKinds.privateReceipt, streamKinds.unread]) for (const { subject } of await ownEntries(kind)) rooms.add(subject);
  return rooms;
}

function isSame(a: Sent, b: Sent): boolean {
  return a.position === b.position && a.timeline === b.timeline && a.required === b.required && a.direct === b.direct;
}
