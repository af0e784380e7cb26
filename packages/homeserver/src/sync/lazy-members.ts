import type { EventRecord } from '../engine/event-record.ts';
import type { SyncCall } from './call.ts';
import type { RoomDelta } from './room-delta.ts';
import type { SentMembers } from './sent-members.ts';

export type LazyRequest = {
  readonly room: number;
  /** Whether the client is sent the room as a whole. */
  readonly whole: boolean;
  readonly heroes: readonly string[];
  /** Position of the answer. */
  readonly upTo: number;
};

/**
 * Cuts a room's state down to the members that the client needs (client-server API, "Lazy-loading room members"): who speaks in the
 * timeline, the heroes, and the reader where the room is new. Changes of membership in a gap are all told, wanted or not.
 */
export async function withLazyMembers(
  delta: RoomDelta,
  call: SyncCall,
  sent: SentMembers,
  request: LazyRequest,
): Promise<readonly EventRecord[]> {
  const { requester, fullState, filter } = call;
  const { room, whole, heroes, upTo } = request;
  const device = { user: requester.user, deviceId: requester.deviceId, room };
  const state = whole ? delta.state.filter((record) => !isMember(record)) : [...delta.state];
  const have = new Set(state.filter(isMember).map(({ event }) => event.stateKey));
  const needed = new Set([...delta.timeline.events.map(({ event }) => event.sender), ...heroes, ...(whole ? [requester.userId] : [])]);
  const showRedundant = whole || fullState || filter.includeRedundantMembers;
  const missing = [...needed].filter((userId) => !have.has(userId));
  for (const record of await membersOf(delta, missing)) {
    if (showRedundant || !sent.has(device, record, call.since?.position ?? 0)) state.push(record);
  }
  if (whole) sent.forget(device);
  for (const record of [...state, ...delta.timeline.events]) if (isMember(record)) sent.add(device, record, upTo);
  return state;
}

/** Their member events at the start of the timeline, or what became of them by its end where the timeline does not tell. */
async function membersOf({ view, endView, timeline }: RoomDelta, userIds: readonly string[]): Promise<EventRecord[]> {
  const members: EventRecord[] = [];
  for (const userId of userIds) {
    const before = await view?.get('m.room.member', userId);
    const after = before ?? (await endView?.get('m.room.member', userId));
    if (after && (before || !timeline.events.some(({ number }) => number === after.number))) members.push(after);
  }
  return members;
}

function isMember({ event }: EventRecord): boolean {
  return event.type === 'm.room.member' && event.stateKey !== undefined;
}
