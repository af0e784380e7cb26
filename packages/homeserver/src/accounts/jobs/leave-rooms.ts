import type { RoomEngine } from '../../engine/engine.ts';
import { MatrixError } from '../../http/errors.ts';
import type { JobHandler } from '../../jobs/job.ts';
import { readRoomsToLeave } from '../membership-store.ts';
import type { Database } from '@hearth/storage';

export const leaveRoomsJob = 'accounts-leave-rooms';

/** Takes a deactivated user out of all rooms. What has been left already is not found again, so it can go on after a crash. */
export function leaveRooms({ database, engine }: { readonly database: Database; readonly engine: RoomEngine }): JobHandler {
  return {
    kind: leaveRoomsJob,
    run: async (payload, signal) => {
      const user = payload['user'];
      if (typeof user !== 'number') return { fail: 'the job names no user' };
      const userId = (await engine.userIds([user]))[0] ?? '';
      const refused: string[] = [];
      // Ends: the room number grows with each page.
      for (let after = 0; ;) {
        const rooms = await readRoomsToLeave(database.reader, user, after);
        if (rooms.length === 0) break;
        for (const { room, room_id } of rooms) {
          if (signal.aborted) return { retry: 'the server stops', afterMs: 0 };
          if (!(await left(engine, room_id, userId))) refused.push(room_id);
          after = room;
        }
      }
      return refused.length === 0 ? { done: true } : { retry: `could not leave ${refused.slice(0, 5).join(', ')}` };
    },
  };
}

async function left(engine: RoomEngine, roomId: string, userId: string): Promise<boolean> {
  try {
    await engine.submit(roomId, { type: 'm.room.member', sender: userId, stateKey: userId, content: { membership: 'leave' } });
    return true;
  } catch (error) {
    if (error instanceof MatrixError) return false;
    throw error;
  }
}
