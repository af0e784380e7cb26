import type { EventRecord } from '../../engine/event-record.ts';
import type { RoomHead } from '../../engine/room-head.ts';
import { pointAt, type RoomPoint } from '../../engine/room-point.ts';
import type { StateView } from '../../engine/state-view.ts';
import { changesSummary, roomSummary } from '../summary.ts';
import { readTimeline, type Timeline } from '../timeline.ts';
import { unreadByThread } from '../unread.ts';
import { bumpStampOf } from './bump-stamp.ts';
import type { Look, SlidingDeps } from './deps.ts';
import type { ListedRoom } from './listed-rooms.ts';
import { timelineMost } from './request.ts';
import type { Extent, Hero, RoomNews, Told } from './room-news.ts';
import { type CompiledSyncFilter, compileSyncFilter, ownString, parseSyncFilter } from '@hearth/protocol';
import { streamKinds } from '@hearth/storage';

/** What a client is told of a room that the reader is in. */
export async function joinedNews(
  deps: SlidingDeps,
  look: Look,
  room: RoomHead,
  listed: ListedRoom,
  extent: Extent,
): Promise<Told | undefined> {
  const { connection, context, direct } = look;
  const { window, requester, ignored } = context;
  const { isNew, from } = extent;
  const { upTo } = window;
  const end = await pointAt(deps, room.number, upTo);
  const endView = end && (await deps.engine.stateAt(room.number, end.state));
  if (!end || !endView) return undefined;
  const before = connection.rooms.get(room.number);
  const expanded = !isNew && listed.timeline > (before?.timeline ?? 0);
  const isFromStart = isNew || expanded;
  const timeline = await readTimeline(deps, {
    room,
    userId: requester.userId,
    membership: 'join',
    since: isFromStart ? 0 : from,
    upTo,
    whole: isNew,
    stateAfter: true,
    filter: timelineFilter(listed.timeline),
    ignored,
  });
  const changed = isNew ? [] : await stateChanges(deps, room.number, from, end);
  const state = await wantedState(deps, look, room.number, listed, { isNew, isFromStart, endView, changed, timeline });
  const isDirect = direct.has(room.roomId);
  const sent = {
    position: 0,
    timeline: timeline.limited ? listed.timeline : isFromStart ? timelineMost : (before?.timeline ?? timelineMost),
    required: connection.numberOf(listed.required),
    direct: isDirect,
  };
  const hasNews =
    isFromStart || timeline.events.length > 0 || timeline.limited || state.length > 0 || changed.length > 0 || before?.direct !== isDirect;
  if (!hasNews && !(await hasRead(deps, look, room.number, from))) return { news: undefined, sent };
  const face = await faceOf(deps, look, room, endView, isNew ? undefined : changed);
  const live = window.initial ? new Set<number>() : await liveEvents(deps, room.number, window.since, upTo);
  const news: RoomNews = {
    roomId: room.roomId,
    membership: 'join',
    lists: listed.lists,
    initial: isNew,
    isDirect: isNew ? isDirect || undefined : before?.direct === isDirect ? undefined : isDirect,
    bumpStamp: await bumpStampOf(deps, room.number, { from: isNew ? 0 : from, upTo, ignored }),
    timeline: { ...timeline, expanded, live: timeline.events.filter(({ number }) => live.has(number)).length },
    state,
    ...face,
    unread: (await unreadByThread(deps, { room, requester, ignored, upTo }, end.countable)).room,
  };
  return { news, sent };
}

/** Whether the reader's own counts changed without an event. */
async function hasRead({ changes }: SlidingDeps, { ownRooms, context }: Look, room: number, from: number): Promise<boolean> {
  const { requester, window } = context;
  return ownRooms.has(room) || (await changes.roomSubjects(room, streamKinds.receipt, from, window.upTo)).has(requester.user);
}

async function stateChanges(deps: SlidingDeps, room: number, from: number, end: RoomPoint): Promise<EventRecord[]> {
  const start = await pointAt(deps, room, from);
  if (start === undefined || start.state === end.state) return [];
  const changes = await deps.engine.stateDifference(room, start.state, end.state);
  return changes.map(({ after }) => after).filter((after) => after !== undefined);
}

type Parts = {
  readonly isNew: boolean;
  readonly isFromStart: boolean;
  readonly endView: StateView;
  readonly changed: readonly EventRecord[];
  readonly timeline: Timeline;
};

/** The state that the client asked for and lacks. */
async function wantedState(deps: SlidingDeps, look: Look, room: number, { required }: ListedRoom, parts: Parts): Promise<EventRecord[]> {
  const { isNew, endView, changed } = parts;
  const found = new Map<number, EventRecord>();
  const add = (records: readonly EventRecord[]): void => {
    for (const record of records) found.set(record.number, record);
  };
  if (isNew) add(await required.select(endView));
  else {
    const toldBefore = look.connection.required(look.connection.rooms.get(room)?.required ?? 0);
    const more = toldBefore && toldBefore.text !== required.text ? required.beyond(toldBefore) : undefined;
    if (more) add(await more.select(endView));
    add(changed.filter(({ event }) => required.wants(event.type, event.stateKey ?? '')));
  }
  if (required.lazy) add(await lazyMembers(deps, look, room, parts, found.values()));
  return [...found.values()];
}

/**
 * Members who sent what is in the timeline or are its subject, if the client was not told of them before, and, unless there is a gap, every
 * change of membership.
 */
async function lazyMembers(
  { sentMembers }: SlidingDeps,
  { connection, context }: Look,
  room: number,
  { isFromStart, endView, changed, timeline }: Parts,
  told: Iterable<EventRecord>,
): Promise<EventRecord[]> {
  const { requester, window } = context;
  const client = { user: requester.user, deviceId: `connection ${connection.number}`, room };
  if (isFromStart) sentMembers.forget(client);
  const members = timeline.limited ? [] : changed.filter(isMember);
  const needed = new Set(
    timeline.events.flatMap(({ event }) => [event.sender, ...(event.type === 'm.room.member' ? [event.stateKey] : [])]),
  );
  const pairs = [...needed].filter((userId) => userId !== undefined).map((userId) => ['m.room.member', userId] as const);
  for (const record of await endView.getMany(pairs)) if (record && !sentMembers.has(client, record, window.since)) members.push(record);
  for (const record of [...told, ...members]) if (isMember(record)) sentMembers.add(client, record, window.upTo);
  return members;
}

function isMember({ event, stateKey }: EventRecord): boolean {
  return event.type === 'm.room.member' && stateKey !== undefined;
}

type Face = Pick<RoomNews, 'name' | 'avatar' | 'heroes' | 'counts'>;

/** How the room is shown: all of it, or what one of these changes may have changed. */
async function faceOf(
  deps: SlidingDeps,
  { context }: Look,
  room: RoomHead,
  endView: StateView,
  changed: readonly EventRecord[] | undefined,
): Promise<Face> {
  const has = (type: string): boolean => changed === undefined || changed.some(({ event }) => event.type === type);
  const [name, avatar] = await endView.getMany([
    ['m.room.name', ''],
    ['m.room.avatar', ''],
  ]);
  const face: { -readonly [key in keyof Face]: Face[key] } = {};
  const nameNow = ownString(name?.event.content ?? {}, 'name') || undefined;
  const avatarNow = ownString(avatar?.event.content ?? {}, 'url') || undefined;
  if (has('m.room.name') && (changed || nameNow !== undefined)) face.name = nameNow ?? null;
  if (has('m.room.avatar') && (changed || avatarNow !== undefined)) face.avatar = avatarNow ?? null;
  if (changed !== undefined && !changesSummary(changed)) return face;
  const summary = await roomSummary(deps, room, context.requester.user);
  face.counts = { joined: summary['m.joined_member_count'], invited: summary['m.invited_member_count'] };
  if (nameNow === undefined) face.heroes = await heroesOf(endView, summary['m.heroes'] ?? []);
  return face;
}

async function heroesOf(state: StateView, userIds: readonly string[]): Promise<Hero[]> {
  const members = await state.getMany(userIds.map((userId) => ['m.room.member', userId] as const));
  return userIds.map((userId, index) => {
    const content = members[index]?.event.content ?? {};
    const [displayname, avatarUrl] = [ownString(content, 'displayname'), ownString(content, 'avatar_url')];
    return {
      user_id: userId,
      ...(displayname === undefined ? {} : { displayname }),
      ...(avatarUrl === undefined ? {} : { avatar_url: avatarUrl }),
    };
  });
}

/** Numbers of the events that came since the client's last answer, as many as an answer can hold. */
async function liveEvents({ changes }: SlidingDeps, room: number, since: number, upTo: number): Promise<ReadonlySet<number>> {
  return new Set((await changes.newestRoomEntries(room, streamKinds.event, since, upTo, timelineMost)).map(({ subject }) => subject));
}

const filters: CompiledSyncFilter[] = [];

/** Everything, this many events, and members with the events that need them. */
export function timelineFilter(limit: number): CompiledSyncFilter {
  const known = filters[limit];
  if (known) return known;
  const parsed = parseSyncFilter({ room: { timeline: { limit }, state: { lazy_load_members: true } } });
  if (!parsed.ok) throw new Error(`the filter of a limit was refused: ${parsed.error}`);
  const filter = compileSyncFilter(parsed.filter);
  filters[limit] = filter;
  return filter;
}
