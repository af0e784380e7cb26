import type { RoomEngine } from '../engine/engine.ts';
import { readMembership } from '../engine/read-membership.ts';
import type { RoomHead } from '../engine/room-head.ts';
import type { StateView } from '../engine/state-view.ts';
import { MatrixError } from '../http/errors.ts';
import type { Requester } from '../http/route.ts';
import { historyVisibilityOf, parseRoomId } from '@hearth/protocol';
import type { Database } from '@hearth/storage';

/** What a reader may see of a room as a whole. */
export type Access = {
  readonly room: RoomHead;
  readonly membership: string;
  /** The current state for members and for open rooms; for those who left, the state as of their leaving. */
  readonly state: StateView;
};

export type AccessDeps = { readonly engine: RoomEngine; readonly database: Database };

/** One sentence for a room that does not exist and for one that the requester may not see (a22). */
const notVisible = 'You are not in this room, or it does not exist.';

/**
 * Lets members, former members and, where the history is world readable, everybody read a room's state. 403 M_FORBIDDEN
 * for all others, and for rooms that do not exist.
 */
export async function roomAccess(deps: AccessDeps, roomId: string, requester: Requester): Promise<Access> {
  const access = await findAccess(deps, roomId, requester);
  if (!access) throw new MatrixError('M_FORBIDDEN', notVisible);
  return access;
}

/** The same for whoever can go on without. */
export async function findAccess(deps: AccessDeps, roomId: string, requester: Requester): Promise<Access | undefined> {
  const room = parseRoomId(roomId) ? await deps.engine.room(roomId) : undefined;
  if (!room) return undefined;
  const row = await readMembership(deps.database.reader, room.number, requester.user);
  const current = deps.engine.currentState(room);
  if (row?.membership === 'join') return { room, membership: 'join', state: current };
  if (await isWorldReadable(current)) {
    return { room, membership: row?.membership ?? 'leave', state: current };
  }
  // Who was never in (an invitation declined) has left nothing that they could see.
  if ((row?.membership !== 'leave' && row?.membership !== 'ban') || row.forgotten === 1) return undefined;
  const state = await stateOnLeaving(deps.engine, room, row.event, requester.userId);
  return state && { room, membership: row.membership, state };
}

export async function isWorldReadable(state: StateView): Promise<boolean> {
  const setting = await state.get('m.room.history_visibility', '');
  return historyVisibilityOf(setting?.event.content) === 'world_readable';
}

/** Only for those who are joined now. */
export async function requireJoined(deps: AccessDeps, roomId: string, requester: Requester): Promise<RoomHead> {
  const room = parseRoomId(roomId) ? await deps.engine.room(roomId) : undefined;
  const row = room && (await readMembership(deps.database.reader, room.number, requester.user));
  if (!room || row?.membership !== 'join') throw new MatrixError('M_FORBIDDEN', notVisible);
  return room;
}

/** The state after the event that ended a membership, if that was a joined one. */
async function stateOnLeaving(engine: RoomEngine, room: RoomHead, leaving: number, userId: string): Promise<StateView | undefined> {
  const record = await engine.event(leaving);
  if (!record || record.stateBefore === null || record.stateAfter === null) return undefined;
  const before = await engine.stateAt(room.number, record.stateBefore);
  const member = await before?.get('m.room.member', userId);
  const previous = member?.event.content['membership'];
  // A ban after leaving, or an unban: what counts is whether they were ever in. A knock or an invitation is not.
  if (previous === 'invite' || previous === 'knock' || previous === undefined) return undefined;
  if (previous === 'join') return engine.stateAt(room.number, record.stateAfter);
  return member ? stateOnLeaving(engine, room, member.number, userId) : undefined;
}
