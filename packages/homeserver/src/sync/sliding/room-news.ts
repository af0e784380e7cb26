import type { EventRecord } from '../../engine/event-record.ts';
import { membershipBefore } from '../../engine/membership-before.ts';
import type { RoomHead } from '../../engine/room-head.ts';
import type { MembershipEnds } from '../../streams/change-index.ts';
import { AnswerDraft } from '../answer.ts';
import { leftRoom } from '../other-rooms.ts';
import { strippedFor } from '../stripped.ts';
import type { Timeline } from '../timeline.ts';
import type { UnreadCounts } from '../unread.ts';
import type { Sent } from './connections.ts';
import type { Look, SlidingDeps } from './deps.ts';
import { joinedNews, timelineFilter } from './joined-news.ts';
import type { ListedRoom } from './listed-rooms.ts';
import { timelineMost } from './request.ts';
import type { JsonObject } from '@hearth/protocol';

export type Hero = { readonly user_id: string; readonly displayname?: string; readonly avatar_url?: string };

/** What a client is told of one room. What is undefined has not changed. */
export type RoomNews = {
  readonly roomId: string;
  readonly membership: string;
  readonly lists: readonly string[];
  readonly initial: boolean;
  readonly isDirect: boolean | undefined;
  readonly bumpStamp: number | undefined;
  readonly timeline?: Timeline & { readonly expanded: boolean; readonly live: number };
  readonly state?: readonly EventRecord[];
  /** null: it was there, and is no more. */
  readonly name?: string | null;
  readonly avatar?: string | null;
  readonly heroes?: readonly Hero[];
  readonly counts?: { readonly joined: number; readonly invited: number };
  readonly unread?: UnreadCounts;
  /** Of a room that the reader is invited to or knocks at. */
  readonly stripped?: readonly JsonObject[];
};

/** The news of a room, if there are any, and what the client knows of it afterwards. */
export type Told = { readonly news: RoomNews | undefined; readonly sent: Sent };

/** From where on a room's news are told. */
export type Extent = {
  /** The room is told as a whole: the client does not know it, or knows it from before the reader came in. */
  readonly isNew: boolean;
  readonly from: number;
  readonly ends: MembershipEnds | undefined;
};

/** Undefined when nothing of the room changed for this client, which costs no more than that question. */
export async function roomNews(deps: SlidingDeps, look: Look, number: number, listed: ListedRoom): Promise<Told | undefined> {
  const { connection, context, direct } = look;
  const { userRooms, changed, window } = context;
  const sent = connection.rooms.get(number);
  const membership = userRooms.get(number)?.membership;
  const isBehind = sent === undefined || sent.position > 0;
  const mayHaveNews = isBehind || changed.has(number) || look.ownRooms.has(number);
  const asksForMore =
    sent !== undefined && (listed.timeline > sent.timeline || connection.required(sent.required)?.text !== listed.required.text);
  if (membership === undefined || !(mayHaveNews || asksForMore || look.directChanged)) return undefined;
  const room = await deps.engine.roomByNumber(number);
  if (!room) return undefined;
  if (!mayHaveNews && !asksForMore && sent?.direct === direct.has(room.roomId)) return undefined;
  const from = sent === undefined ? 0 : sent.position || window.since;
  const ends = await endsOf(deps, look, number, from, sent);
  if (membership === 'join') {
    const isNew =
      sent === undefined ||
      (ends !== undefined && (await membershipBefore(deps, number, ends.first.event, context.requester.userId)) !== 'join');
    return joinedNews(deps, look, room, listed, { isNew, from, ends });
  }
  return otherNews(deps, look, room, listed, { isNew: sent === undefined, from, ends }, membership);
}

async function endsOf(
  { changes }: SlidingDeps,
  { context }: Look,
  room: number,
  from: number,
  sent: Sent | undefined,
): Promise<MembershipEnds | undefined> {
  if (sent === undefined) return undefined;
  if (sent.position === 0) return context.memberships.get(room);
  return (await changes.membershipEnds(context.requester.user, from, context.window.upTo)).get(room);
}

/** A room that the reader is not in: an invitation, a knock, or what was left. */
async function otherNews(
  deps: SlidingDeps,
  look: Look,
  room: RoomHead,
  listed: ListedRoom,
  { isNew, from, ends }: Extent,
  membership: string,
): Promise<Told> {
  const { context, connection, direct } = look;
  const { requester } = context;
  const isDirect = direct.has(room.roomId);
  const before = connection.rooms.get(room.number);
  const required = connection.numberOf(listed.required);
  const sent = { position: 0, timeline: timelineMost, required, direct: isDirect };
  const change = (await deps.memberships.of(requester.user, requester.userId)).last.get(room.number);
  const nothing = { news: undefined, sent };
  if (!isNew && !ends && before?.direct === isDirect) return nothing;
  const news = {
    roomId: room.roomId,
    membership,
    lists: listed.lists,
    initial: isNew,
    isDirect: isDirect || before?.direct !== isDirect ? isDirect : undefined,
    bumpStamp: change?.position,
  };
  if (!isNew && !ends) return { news, sent };
  if (membership === 'invite' || membership === 'knock') {
    const stripped = await strippedFor(deps.engine.currentState(room), requester.userId);
    return { news: { ...news, initial: true, stripped }, sent };
  }
  if (!change) return nothing;
  const own = new Map(ends ? [[room.number, ends]] : []);
  const there = { ...context, memberships: own, window: { ...context.window, since: from, initial: false } };
  const filter = timelineFilter(listed.timeline);
  const call = { requester, generation: 'v3' as const, filter, since: undefined, stateAfter: true, fullState: false };
  const left = await leftRoom(deps, call, there, new AnswerDraft(), room, change);
  if (!left) return nothing;
  const records = new Map([...left.state, ...left.timeline.events.slice(-1)].map((record) => [record.number, record]));
  const isAsked = ({ event, stateKey }: EventRecord): boolean =>
    stateKey !== undefined && listed.required.wants(event.type, event.stateKey ?? '');
  const state = [...records.values()].filter(isAsked);
  const timeline = { ...left.timeline, expanded: false, live: context.window.initial ? 0 : left.timeline.events.length };
  return { news: { ...news, timeline, state }, sent };
}
