import type { EventRecord } from '../../engine/event-record.ts';
import type { RoomHead } from '../../engine/room-head.ts';
import { MatrixError } from '../../http/errors.ts';
import type { Generation, Requester } from '../../http/route.ts';
import type { MembershipEnds } from '../../streams/change-index.ts';
import { gapAfter, writeSyncToken, writeTimelineToken } from '../../streams/tokens.ts';
import { AnswerDraft, noAdditions, type RoomAdditions } from '../answer.ts';
import type { SyncCall } from '../call.ts';
import type { SyncDeps } from '../deps.ts';
import { isShown, leftRoom } from '../other-rooms.ts';
import { roomDelta } from '../room-delta.ts';
import { deltaRequest, type ShownDelta } from '../sections.ts';
import { nextToken } from '../since.ts';
import { type NewsContext, takeNews } from '../window.ts';
import { accessTo } from './access.ts';
import { presentEvents } from './membership-events.ts';
import { presenceOf2015 } from './presence-of-2015.ts';
import { readPublished } from './store.ts';
import { type CompiledSyncFilter, compileSyncFilter, type JsonObject, parseSyncFilter } from '@hearth/protocol';

/** Events of each room, when the client names no limit, and at most. */
const limitUsual = 10;
const limitMax = 100;

export type SnapshotRequest = { readonly requester: Requester; readonly limit: number | undefined; readonly generation: Generation };

/** How things stand, as clients asked for it before /sync. Deprecated, and what clients of 2015 begin with. */
export class Snapshots {
  readonly #deps: SyncDeps;

  constructor(deps: SyncDeps) {
    this.#deps = deps;
  }

  /** GET /initialSync: all rooms, with `archived` also those that were left. */
  async all(request: SnapshotRequest, archived: boolean): Promise<JsonObject> {
    const taken = await this.#take(request);
    const { context } = taken;
    const draft = await this.#sections(context);
    const numbers = [...context.userRooms]
      .filter(([, { membership, forgotten }]) => wants(membership, forgotten, archived))
      .map(([number]) => number);
    const published = await readPublished(this.#deps.database.reader, numbers);
    const rooms: JsonObject[] = [];
    const receipts: JsonObject[] = [];
    for (const number of numbers) {
      const room = await this.#deps.engine.roomByNumber(number);
      const part = room && (await this.#room(taken, room, draft, context.userRooms.get(number)?.membership ?? 'leave'));
      if (!room || !part) continue;
      rooms.push({ ...part, visibility: published.has(number) ? 'public' : 'private' });
      receipts.push(...receiptsOf(draft.rooms.get(number), room));
    }
    return { end: taken.end, rooms, presence: plain(draft.presence.map(presenceOf2015)), account_data: plain(draft.accountData), receipts };
  }

  /** GET rooms/{roomId}/initialSync: one room, for those in it, those who left it, and, where it is world readable, everybody. */
  async one(request: SnapshotRequest, roomId: string): Promise<JsonObject> {
    const { room, as } = await accessTo(this.#deps, roomId, request.requester);
    const taken = await this.#take(request);
    const only = new Set([room.number]);
    const draft = await this.#sections({ ...taken.context, joined: only, whole: only, changed: only });
    const membership = taken.context.userRooms.get(room.number)?.membership;
    const part = as === 'anybody' ? await this.#peek(taken, room) : await this.#room(taken, room, draft, membership ?? 'leave');
    if (!part) throw new MatrixError('M_FORBIDDEN', 'You are not in this room, or it does not exist.');
    const published = await readPublished(this.#deps.database.reader, [room.number]);
    const shared = { visibility: published.has(room.number) ? 'public' : 'private', presence: plain(draft.presence.map(presenceOf2015)) };
    return { account_data: [], ...part, ...shared, receipts: receiptsOf(draft.rooms.get(room.number), room) };
  }

  async #take(request: SnapshotRequest): Promise<Taken> {
    const { requester, generation } = request;
    const filter = filterWithLimit(request);
    const news = await takeNews(this.#deps, { requester, filter, since: undefined, fullState: false });
    if (!news.context) throw new Error('a first look always has a context');
    const call = { requester, generation, filter, since: undefined, stateAfter: true, fullState: false };
    let changes: Promise<ReadonlyMap<number, MembershipEnds>> | undefined;
    return {
      call,
      context: news.context,
      end: writeSyncToken(nextToken(this.#deps, news.window)),
      changes: () => (changes ??= this.#deps.changes.membershipEnds(requester.user, 0, news.window.upTo)),
    };
  }

  async #sections(context: NewsContext): Promise<AnswerDraft> {
    const draft = new AnswerDraft();
    for (const section of this.#deps.sections) await section.collect(context, draft);
    return draft;
  }

  async #room(taken: Taken, room: RoomHead, draft: AnswerDraft, membership: string): Promise<JsonObject | undefined> {
    if (membership === 'invite') return this.#invitation(taken, room);
    const { call, context, end } = taken;
    const additions = draft.rooms.get(room.number) ?? noAdditions;
    if (membership === 'join') {
      const delta = await roomDelta(
        this.#deps,
        deltaRequest(call, context, room, { membership, since: 0, upTo: context.window.upTo, whole: true }),
      );
      return delta && { ...(await this.#shown(taken, room, delta, end)), membership, account_data: plain(additions.accountData) };
    }
    const change = (await taken.changes()).get(room.number)?.last;
    const left = change && (await leftRoom(this.#deps, call, context, draft, room, change));
    return left && { ...(await this.#shown(taken, room, left, undefined)), membership, account_data: plain(additions.accountData) };
  }

  /** A room that somebody looks into from outside. */
  async #peek(taken: Taken, room: RoomHead): Promise<JsonObject | undefined> {
    const { call, context, end } = taken;
    const delta = await roomDelta(
      this.#deps,
      deltaRequest(call, context, room, { membership: 'leave', since: 0, upTo: context.window.upTo, whole: true }),
    );
    return delta && this.#shown(taken, room, delta, end);
  }

  async #invitation({ call, context, end }: Taken, room: RoomHead): Promise<JsonObject | undefined> {
    const { requester, generation } = call;
    const record = await this.#deps.engine.currentState(room).get('m.room.member', requester.userId);
    if (!record || !(await isShown(this.#deps, context, record.event.sender))) return undefined;
    const [invite = {}] = await presentEvents(this.#deps, [record], requester, generation);
    // Pages of 2015 read the messages of every room in the list.
    return {
      room_id: room.roomId,
      membership: 'invite',
      inviter: record.event.sender,
      invite,
      messages: { start: end, end, chunk: [invite] },
    };
  }

  async #shown({ call }: Taken, room: RoomHead, { timeline, state }: ShownDelta, end: string | undefined): Promise<JsonObject> {
    const present = (records: readonly EventRecord[]): Promise<JsonObject[]> =>
      presentEvents(this.#deps, records, call.requester, call.generation);
    const newest = timeline.events.at(-1);
    const last = end ?? (newest ? writeTimelineToken(gapAfter({ depth: newest.event.depth, number: newest.number })) : 'END');
    const start = timeline.prevBatch ? writeTimelineToken(timeline.prevBatch) : last;
    return { room_id: room.roomId, messages: { start, end: last, chunk: await present(timeline.events) }, state: await present(state) };
  }
}

type Taken = {
  readonly call: SyncCall;
  readonly context: NewsContext;
  readonly end: string;
  /** How the reader's memberships changed, ever; read when somebody first asks. */
  readonly changes: () => Promise<ReadonlyMap<number, MembershipEnds>>;
};

/** Rooms that one knocked at have no place in these answers. */
function wants(membership: string, forgotten: boolean, archived: boolean): boolean {
  if (membership === 'join' || membership === 'invite') return true;
  return archived && !forgotten && (membership === 'leave' || membership === 'ban');
}

/** Version 1 promises that no joined room is without an event. */
function filterWithLimit({ limit = limitUsual, generation }: SnapshotRequest): CompiledSyncFilter {
  const least = generation === 'v1' ? 1 : 0;
  const parsed = parseSyncFilter({ room: { timeline: { limit: Math.min(Math.max(limit, least), limitMax) } } });
  if (!parsed.ok) throw new Error(`the filter of a limit was refused: ${parsed.error}`);
  return compileSyncFilter(parsed.filter);
}

function receiptsOf(additions: RoomAdditions | undefined, { roomId }: RoomHead): JsonObject[] {
  return plain((additions?.ephemeral ?? []).filter((event) => event.type === 'm.receipt')).map((event) => ({ ...event, room_id: roomId }));
}

function plain(events: RoomAdditions['accountData']): JsonObject[] {
  return events.map((event) => ({ ...event }));
}
