import type { RoomHead } from '../../engine/room-head.ts';
import { MatrixError } from '../../http/errors.ts';
import type { Requester } from '../../http/route.ts';
import type { SyncDeps } from '../deps.ts';
import { historyVisibilityOf, parseRoomId } from '@hearth/protocol';

/** How somebody may read a room. */
export type RoomAccess = { readonly room: RoomHead; readonly as: 'member' | 'former' | 'anybody' };

/**
 * Members read a room, who left reads it up to there, and anybody reads one whose history is world readable. 403 M_FORBIDDEN, in the
 * same words for a room that there is not.
 */
export async function accessTo(deps: SyncDeps, roomId: string, requester: Requester): Promise<RoomAccess> {
  const room = parseRoomId(roomId) ? await deps.engine.room(roomId) : undefined;
  if (room) {
    const own = (await deps.userRooms.of(requester.user)).get(room.number);
    if (own?.membership === 'join') return { room, as: 'member' };
    if (await isWorldReadable(deps, room)) return { room, as: 'anybody' };
    if ((own?.membership === 'leave' || own?.membership === 'ban') && !own.forgotten) return { room, as: 'former' };
  }
  throw new MatrixError('M_FORBIDDEN', 'You are not in this room, or it does not exist.');
}

export async function isWorldReadable({ engine }: SyncDeps, room: RoomHead): Promise<boolean> {
  const setting = await engine.currentState(room).get('m.room.history_visibility', '');
  return historyVisibilityOf(setting?.event.content) === 'world_readable';
}
