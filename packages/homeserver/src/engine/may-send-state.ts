import type { RoomEngine } from './engine.ts';
import type { RoomHead } from './room-head.ts';
import { powerLevels, requiredLevel, userLevel } from '@hearth/protocol';

/** Whether a user is in the room and has the power to send state of this type: the measure for what is decided about a room from outside. */
export async function maySendState(engine: RoomEngine, room: RoomHead, userId: string, type: string): Promise<boolean> {
  const [create, levels, member] = await engine.currentState(room).getMany([
    ['m.room.create', ''],
    ['m.room.power_levels', ''],
    ['m.room.member', userId],
  ]);
  if (member?.event.content['membership'] !== 'join') return false;
  const power = powerLevels(room.rules, create?.event, levels?.event);
  return userLevel(power, userId) >= requiredLevel(power, type, true);
}
