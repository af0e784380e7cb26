import type { RoomEngine } from '../engine/engine.ts';
import { creatorsOf } from '../engine/room-creators.ts';
import type { Generation } from '../http/route.ts';
import { type JsonObject, powerLevelsWithoutCreators } from '@hearth/protocol';

/**
 * Clients of 2015 see the creators of a version 12 room among the power levels (a36) and send them back; the room does
 * not allow them there, so they are taken out again.
 */
export async function adaptStateOf2015(
  engine: RoomEngine,
  roomId: string,
  type: string,
  stateKey: string,
  content: JsonObject,
  generation: Generation,
): Promise<JsonObject> {
  if ((generation !== 'v1' && generation !== 'v2a') || type !== 'm.room.power_levels' || stateKey !== '') return content;
  const room = await engine.room(roomId);
  if (!room?.rules.privilegedCreators) return content;
  return powerLevelsWithoutCreators(content, await creatorsOf(engine.currentState(room)));
}
