import type { EventRecord } from '../engine/event-record.ts';
import type { RoomHead } from '../engine/room-head.ts';
import type { SyncContext } from '../streams/stream.ts';
import type { AnswerDraft } from './answer.ts';
import type { SyncDeps } from './deps.ts';
import { type RoomDelta, roomDelta } from './room-delta.ts';
import type { SentMembers } from './sent-members.ts';
import { readMembershipChanges } from './store.ts';
import { strippedFor } from './stripped.ts';
import { roomSummary } from './summary.ts';
import type { SyncCall } from './sync.ts';
import { type UnreadCounts, unreadCounts } from './unread.ts';
import type { JsonObject } from '@hearth/protocol';
import type { MembershipEntry } from '../streams/membership-entry.ts';

export type JoinedSection = {
  readonly room: RoomHead;
  readonly delta: RoomDelta;
  readonly summary: Record<string, unknown> | undefined;
  readonly unread: UnreadCounts;
};

/** The rooms of an answer, by their ids. */
export type RoomSections = {
  readonly join: Map<string, JoinedSection>;
  readonly invite: Map<string, readonly JsonObject[]>;
  readonly knock: Map<string, readonly JsonObject[]>;
  readonly leave: Map<string, { readonly room: RoomHead; readonly delta: RoomDelta }>;
};

export function roomsEmpty({ join, invite, knock, leave }: RoomSections): boolean {
  return join.size + invite.size + knock.size + leave.size === 0;
}

/** Builds the four lists of rooms. */
export async function collectRooms(deps: SyncDeps, call: SyncCall, context: SyncContext, draft: AnswerDraft, sent: SentMembers): Promise<RoomSections> {
  const sections: RoomSections = { join: new Map(), invite: new Map(), knock: new Map(), leave: new Map() };
  for (const number of new Set([...context.whole, ...context.changed, ...draft.rooms.keys()])) {
    const room = context.joined.has(number) ? await deps.engine.roomByNumber(number) : undefined;
    if (!room || !context.filter.includesRoom(room.roomId)) continue;
    const section = await joinedSection(deps, call, context, room, sent);
    if (context.whole.has(number) || hasNews(section) || draft.rooms.has(number)) sections.join.set(room.roomId, section);
  }
  if (context.window.initial || call.fullState) await addOthers(deps, call, context, sections);
  else if (context.ownChanged) await addChangedOthers(deps, call, context, sections);
  return sections;
}

function hasNews({ delta }: JoinedSection): boolean {
  return delta.timeline.length > 0 || delta.state.length > 0 || delta.limited;
}

async function joinedSection(
  deps: SyncDeps,
  call: SyncCall,
  context: SyncContext,
  room: RoomHead,
  sent: SentMembers,
): Promise<JoinedSection> {
  const { requester, filter, window } = context;
  const whole = context.whole.has(room.number);
  const since = call.fullState && !window.initial ? window.since : whole ? 0 : window.since;
  const request = { room, userId: requester.userId, membership: 'join', since, upTo: window.upTo, whole, stateAfter: call.stateAfter, filter };
  const delta = withoutKnownMembers(await roomDelta(deps, request), call, room.number, whole, sent);
  return {
    room,
    delta,
    summary: delta.membersChanged ? await roomSummary(deps, room, requester.user) : undefined,
    unread: await unreadCounts(deps.database, room, requester.user),
  };
}

/** Leaves out members that this device was told of before, and notes those it is told of now. */
function withoutKnownMembers(delta: RoomDelta, call: SyncCall, room: number, whole: boolean, sent: SentMembers): RoomDelta {
  if (!call.filter.lazyLoadMembers) return delta;
  const device = `${call.requester.user}/${call.requester.deviceId}`;
  if (whole) sent.forget(device, room);
  const isKnown = ({ event, number }: EventRecord): boolean =>
    event.type === 'm.room.member' && sent.has(device, room, event.stateKey ?? '', number);
  const state = call.filter.includeRedundantMembers || call.fullState ? delta.state : delta.state.filter((record) => !isKnown(record));
  for (const { event, number } of [...state, ...delta.timeline]) {
    if (event.type === 'm.room.member' && event.stateKey !== undefined) sent.add(device, room, event.stateKey, number);
  }
  return { ...delta, state };
}

/** First sync: invitations, knocks, and left rooms where the filter asks for them. */
async function addOthers(deps: SyncDeps, call: SyncCall, context: SyncContext, sections: RoomSections): Promise<void> {
  for (const [number, { membership, forgotten }] of context.userRooms) {
    if (membership === 'join' || forgotten) continue;
    const isLeft = membership === 'leave' || membership === 'ban';
    if (isLeft && !call.filter.includeLeave) continue;
    await addOther(deps, call, context, sections, number, membership, undefined);
  }
}

/** Rooms whose membership changed to something other than joined. */
async function addChangedOthers(deps: SyncDeps, call: SyncCall, context: SyncContext, sections: RoomSections): Promise<void> {
  const { requester, window, joined } = context;
  const latest = new Map<number, MembershipEntry>();
  for (const change of await readMembershipChanges(deps.database.reader, requester.user, window.since, window.upTo)) {
    latest.set(change.room, change);
  }
  for (const [number, change] of latest) {
    if (!joined.has(number) && change.membership !== 'join') await addOther(deps, call, context, sections, number, change.membership, change);
  }
}

async function addOther(
  deps: SyncDeps,
  call: SyncCall,
  context: SyncContext,
  sections: RoomSections,
  number: number,
  membership: string,
  change: MembershipEntry | undefined,
): Promise<void> {
  const room = await deps.engine.roomByNumber(number);
  if (!room || !context.filter.includesRoom(room.roomId)) return;
  const { userId } = context.requester;
  if (membership === 'invite') sections.invite.set(room.roomId, await strippedFor(deps.engine.currentState(room), userId));
  else if (membership === 'knock') sections.knock.set(room.roomId, await strippedFor(deps.engine.currentState(room), userId));
  else {
    const delta = await leftDelta(deps, call, context, room, change);
    if (delta) sections.leave.set(room.roomId, { room, delta });
  }
}

/** What the reader may know of a room up to the event that ended their membership. */
async function leftDelta(
  deps: SyncDeps,
  call: SyncCall,
  context: SyncContext,
  room: RoomHead,
  change: MembershipEntry | undefined,
): Promise<RoomDelta | undefined> {
  const { requester, window, filter } = context;
  const upTo = change?.position ?? window.upTo;
  const whole = window.initial;
  const request = { room, userId: requester.userId, membership: 'leave', since: window.since, upTo, whole, stateAfter: call.stateAfter, filter };
  const delta = await roomDelta(deps, request);
  if (change === undefined || delta.timeline.length > 0) return delta;
  // An invitation declined, or a kick of somebody who was never in: only that event is theirs to see.
  const own = await deps.engine.event(change.event);
  return own ? { timeline: [own], limited: false, prevBatch: undefined, state: [], membersChanged: false } : undefined;
}
