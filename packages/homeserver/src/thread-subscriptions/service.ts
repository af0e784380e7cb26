import { threadPlaceOf } from '../client-events/thread-of.ts';
import type { RoomEngine } from '../engine/engine.ts';
import type { EventRecord } from '../engine/event-record.ts';
import { MatrixError } from '../http/errors.ts';
import type { Requester } from '../http/route.ts';
import { type ChangedRow, countSubscriptions, readChanges, readSubscription, subscriptionRow, type SubscriptionRow } from './store.ts';
import { type JsonObject, jsonObjectFrom } from '@hearth/protocol';
import { type Database, streamKinds } from '@hearth/storage';

/** Threads that one user follows, or does not follow any more. */
const subscriptionsMax = 20_000;
const pageUsual = 100;
const pageMost = 1_000;

export type ThreadSubscriptionsDeps = {
  readonly database: Database;
  readonly engine: RoomEngine;
  /** An event that the requester may see; 404 for others. */
  readonly visibleEvent: (requester: Requester, roomId: string, eventId: string) => Promise<{ readonly record: EventRecord }>;
  /** The position up to which this node has followed the stream. */
  readonly position: () => number;
};

/** Threads by room and root. */
export type SubscriptionNews = {
  readonly subscribed?: JsonObject;
  readonly unsubscribed?: JsonObject;
};

export type SubscriptionsQuery = {
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly limit?: number | undefined;
};

/** Which threads people follow (MSC4306), and telling their other devices (MSC4308). */
export class ThreadSubscriptions {
  readonly #deps: ThreadSubscriptionsDeps;

  constructor(deps: ThreadSubscriptionsDeps) {
    this.#deps = deps;
  }

  /** GET rooms/{roomId}/thread/{threadRootId}/subscription. */
  async get(requester: Requester, roomId: string, root: string): Promise<{ automatic: boolean }> {
    const { record } = await this.#deps.visibleEvent(requester, roomId, root);
    const row = await readSubscription(this.#deps.database.reader, requester.user, record.room, root);
    if (row?.subscribed !== 1) throw new MatrixError('M_NOT_FOUND', 'You are not subscribed to this thread.');
    return { automatic: row.automatic === 1 };
  }

  /** Whether a user follows a thread, for rules that ask it. */
  async isFollowed(user: number, room: number, root: string): Promise<boolean> {
    return (await readSubscription(this.#deps.database.reader, user, room, root))?.subscribed === 1;
  }

  /** PUT of the same. `cause`: the event in the thread for which a client subscribes by itself. */
  async subscribe(requester: Requester, roomId: string, root: string, cause: string | undefined): Promise<void> {
    const { record } = await this.#deps.visibleEvent(requester, roomId, root);
    const { database } = this.#deps;
    const before = await readSubscription(database.reader, requester.user, record.room, root);
    if (cause !== undefined) {
      const event = await this.#eventInThread(requester, roomId, root, cause);
      if (before?.subscribed === 0 && event.event.depth <= before.read_depth)
        throw new MatrixError('IO.ELEMENT.MSC4306.M_CONFLICTING_UNSUBSCRIPTION');
    }
    if (before === undefined && (await countSubscriptions(database.reader, requester.user)) >= subscriptionsMax)
      throw new MatrixError('M_RESOURCE_LIMIT_EXCEEDED', `You can follow at most ${subscriptionsMax} threads.`);
    // A choice of the person is not taken back by a client that does the same of itself.
    const isKept = before?.subscribed === 1 && (cause !== undefined || before.automatic === 0);
    if (isKept) return;
    await this.#store(requester, record, root, { subscribed: 1, automatic: cause === undefined ? 0 : 1, read_depth: 0 });
  }

  /** DELETE of the same. */
  async unsubscribe(requester: Requester, roomId: string, root: string): Promise<void> {
    const { record } = await this.#deps.visibleEvent(requester, roomId, root);
    const before = await readSubscription(this.#deps.database.reader, requester.user, record.room, root);
    if (before?.subscribed !== 1) return;
    const room = await this.#deps.engine.roomByNumber(record.room);
    await this.#store(requester, record, root, { subscribed: 0, automatic: 0, read_depth: room?.depth ?? 0 });
  }

  /** GET thread_subscriptions: changes between two tokens, the newest first; `end` is where to go on. */
  async page(requester: Requester, { from, to, limit }: SubscriptionsQuery): Promise<SubscriptionNews & { readonly end?: string }> {
    const upTo = from === undefined ? this.#deps.position() : positionIn('from', from);
    const after = to === undefined ? 0 : positionIn('to', to);
    const { news, oldest } = await this.news(requester, after, upTo, Math.min(limit ?? pageUsual, pageMost));
    return oldest === undefined ? news : { ...news, end: String(oldest - 1) };
  }

  /** What changed in (after, upTo], at most `limit` threads, the newest first; `oldest` is the last position told if there are more. */
  async news(
    { user }: Requester,
    after: number,
    upTo: number,
    limit: number,
  ): Promise<{ readonly news: SubscriptionNews; readonly oldest: number | undefined }> {
    const rows = await readChanges(this.#deps.database.reader, user, after, upTo, limit + 1);
    const told = rows.slice(0, limit);
    const on = await this.#byRoom(
      told.filter(({ subscribed }) => subscribed === 1),
      ({ automatic, position }) => ({ automatic: automatic === 1, bump_stamp: position }),
    );
    const off = await this.#byRoom(
      told.filter(({ subscribed }) => subscribed === 0),
      ({ position }) => ({ bump_stamp: position }),
    );
    return {
      news: { ...(on && { subscribed: on }), ...(off && { unsubscribed: off }) },
      oldest: rows.length > limit ? told.at(-1)?.position : undefined,
    };
  }

  async #eventInThread(requester: Requester, roomId: string, root: string, eventId: string): Promise<EventRecord> {
    const { record } = await this.#deps.visibleEvent(requester, roomId, eventId);
    const { thread } = await threadPlaceOf(this.#deps.engine, record);
    if (thread !== root) throw new MatrixError('IO.ELEMENT.MSC4306.M_NOT_IN_THREAD');
    return record;
  }

  async #store({ user }: Requester, { room }: EventRecord, root: string, row: SubscriptionRow): Promise<void> {
    const news = { kind: streamKinds.threadSubscription, room: null, usr: user, subject: room, detail: root };
    await this.#deps.database.write({ claims: [], statements: [subscriptionRow(user, room, root, row)], stream: [news] });
  }

  async #byRoom(rows: readonly ChangedRow[], shown: (row: ChangedRow) => JsonObject): Promise<JsonObject | undefined> {
    const rooms = new Map<string, [string, JsonObject][]>();
    for (const row of rows) {
      const room = await this.#deps.engine.roomByNumber(row.room);
      if (!room) continue;
      const threads = rooms.get(room.roomId) ?? [];
      threads.push([row.root, shown(row)]);
      rooms.set(room.roomId, threads);
    }
    if (rooms.size === 0) return undefined;
    return jsonObjectFrom([...rooms].map(([roomId, threads]) => [roomId, jsonObjectFrom(threads)] as const));
  }
}

function positionIn(name: string, token: string): number {
  if (!/^\d{1,15}$/.test(token)) throw new MatrixError('M_INVALID_PARAM', `The token in ${name} is not valid.`);
  return Number(token);
}
