import type { EventRecord } from '../engine/event-record.ts';
import { membershipBefore } from '../engine/membership-before.ts';
import type { RoomHead } from '../engine/room-head.ts';
import type { MembershipEntry } from '../streams/membership-entry.ts';
import type { AnswerDraft } from './answer.ts';
import type { SyncCall } from './call.ts';
import type { SyncDeps } from './deps.ts';
import { withLazyMembers } from './lazy-members.ts';
import { roomDelta } from './room-delta.ts';
import { deltaRequest, leftSection, type LeftSection, type RoomPart } from './sections.ts';
import { SentMembers } from './sent-members.ts';
import { readMembershipPosition } from './store.ts';
import { strippedFor } from './stripped.ts';
import type { Timeline } from './timeline.ts';
import type { NewsContext } from './window.ts';
import { membershipOf } from '@hearth/protocol';

/** Membership events that are looked at to find somebody's last stay. */
const membershipStepsMax = 50;

/** The rooms that the reader is not joined to: invitations, knocks, and what they left. */
export async function* otherRooms(deps: SyncDeps, call: SyncCall, context: NewsContext, draft: AnswerDraft): AsyncGenerator<RoomPart> {
  const { userRooms, window, joined, memberships } = context;
  if (window.initial || call.fullState) {
    const wantsLeft = call.filter.includeLeave && window.initial;
    // Where a left room's story ends, only the stream can say.
    const ends = wantsLeft ? await deps.changes.membershipEnds(context.requester.user, 0, window.upTo) : memberships;
    for (const [number, { membership, forgotten }] of userRooms) {
      if (membership === 'join' || (forgotten && !(await isToGo(deps, context, number)))) continue;
      const change = ends.get(number)?.last;
      if (isLeft(membership) && (change === undefined || !(wantsLeft || memberships.has(number)))) continue;
      const part = await otherRoom(deps, call, context, draft, number, membership, change);
      if (part) yield part;
    }
    return;
  }
  for (const [number, { last }] of memberships) {
    if (joined.has(number) || last.membership === 'join') continue;
    if (userRooms.get(number)?.forgotten === true && !(await isToGo(deps, context, number))) continue;
    const part = await otherRoom(deps, call, context, draft, number, last.membership, last);
    if (part) yield part;
  }
}

/** A forgotten room is told of once more to a device that knows it as one to be in: another device left and forgot it meanwhile. */
async function isToGo(deps: SyncDeps, { window, memberships, requester }: NewsContext, room: number): Promise<boolean> {
  const first = memberships.get(room)?.first;
  if (window.initial || first === undefined) return false;
  return !isLeft(await membershipBefore(deps, room, first.event, requester.userId));
}

async function otherRoom(
  deps: SyncDeps,
  call: SyncCall,
  context: NewsContext,
  draft: AnswerDraft,
  number: number,
  membership: string,
  change: MembershipEntry | undefined,
): Promise<RoomPart | undefined> {
  const room = await deps.engine.roomByNumber(number);
  if (!room || !context.filter.includesRoom(room.roomId)) return undefined;
  const { roomId } = room;
  const { userId } = context.requester;
  const state = deps.engine.currentState(room);
  if (membership === 'knock') return { list: 'knock', roomId, events: await strippedFor(state, userId) };
  if (membership === 'invite') {
    const inviter = (await state.get('m.room.member', userId))?.event.sender;
    const isWanted = inviter === undefined || (await isShown(deps, context, inviter));
    return isWanted ? { list: 'invite', roomId, events: await strippedFor(state, userId) } : undefined;
  }
  const section = change && (await leftRoom(deps, call, context, draft, room, change));
  return section && { list: 'leave', roomId, section };
}

/** What the reader may know of a room up to the event that ended their stay. */
export async function leftRoom(
  deps: SyncDeps,
  call: SyncCall,
  context: NewsContext,
  draft: AnswerDraft,
  room: RoomHead,
  change: MembershipEntry,
): Promise<LeftSection | undefined> {
  const { requester, window, memberships, filter } = context;
  const own = await deps.engine.event(change.event);
  if (!own) return undefined;
  const additions = draft.additionsOf(room.number, room.roomId, filter);
  const end = await endOfStay(deps, room.number, own, requester.userId);
  const upTo = end === own ? change.position : end && (await positionOf(deps, room.number, end, requester.user));
  // An invitation declined, a ban of somebody who was not in, a room that was forgotten: only that event is theirs to see.
  const isForgotten = context.userRooms.get(room.number)?.forgotten === true;
  if (!end || upTo === undefined || upTo <= window.since || isForgotten)
    return leftSection(deps, { timeline: eventAlone(own), state: [] }, call, additions);
  const first = memberships.get(room.number)?.first;
  const wasIn = first !== undefined && (await membershipBefore(deps, room.number, first.event, requester.userId)) === 'join';
  const extent = { membership: 'leave', since: wasIn ? window.since : 0, upTo, whole: !wasIn };
  const delta = await roomDelta(deps, deltaRequest(call, context, room, extent));
  if (!delta) return undefined;
  const events = end === own ? delta.timeline.events : [...delta.timeline.events, own];
  const limited = delta.timeline.limited || (!wasIn && !window.initial);
  const lazily = { room: room.number, whole: !wasIn, heroes: [], upTo };
  // Nothing more will come of this room: what the client was told of its members need not be remembered.
  const state = filter.lazyLoadMembers ? await withLazyMembers(delta, call, new SentMembers(), lazily) : delta.state;
  return leftSection(deps, { timeline: { ...delta.timeline, events, limited }, state }, call, additions);
}

function eventAlone(event: EventRecord): Timeline {
  return { events: [event], limited: false, prevBatch: undefined };
}

/** The newest of somebody's member events up to this one that ended a joined membership. People come and go a few times, not often. */
export async function endOfStay(deps: SyncDeps, room: number, from: EventRecord, userId: string): Promise<EventRecord | undefined> {
  let record: EventRecord | undefined = from;
  for (let step = 0; record?.stateBefore && step < membershipStepsMax; step += 1) {
    const state = await deps.engine.stateAt(room, record.stateBefore);
    const before: EventRecord | undefined = await state?.get('m.room.member', userId);
    if (before?.event.content['membership'] === 'join') return record;
    record = before;
  }
  return undefined;
}

/** Where a member event stands in the stream. */
async function positionOf({ database }: SyncDeps, room: number, record: EventRecord, user: number): Promise<number | undefined> {
  return readMembershipPosition(database.reader, user, room, record.number, membershipOf(record.event.content));
}

/** Whether an invitation by this user is shown at all. */
export async function isShown(
  deps: SyncDeps,
  { requester, ignored }: Pick<NewsContext, 'requester' | 'ignored'>,
  inviter: string,
): Promise<boolean> {
  return !ignored.has(inviter) && (await deps.inviteVerdict(requester.user, inviter)) === 'allow';
}

function isLeft(membership: string): boolean {
  return membership === 'leave' || membership === 'ban';
}
