import { route, type Route } from '../../http/route.ts';
import { newRoomBody } from '../new-room-request.ts';
import type { RoomsService } from '../service.ts';

/** POST createRoom. */
export function createRoom(rooms: RoomsService): Route {
  return route({
    method: 'POST',
    mount: 'client',
    path: '/createRoom',
    operation: 'createRoom',
    auth: 'user',
    rate: 'create-room',
    body: newRoomBody,
    bodyNumbers: 'canonical',
    errors: ['M_ROOM_IN_USE', 'M_INVITE_BLOCKED', 'M_INVALID_ROOM_STATE', 'M_UNSUPPORTED_ROOM_VERSION', 'M_INVALID_PARAM'],
    handle: async ({ body, generation }, requester) => {
      const { roomId, alias } = await rooms.createRoom(requester.userId, body);
      // The tutorials of 2015 print the alias.
      return generation === 'v1' && alias !== undefined ? { room_id: roomId, room_alias: alias } : { room_id: roomId };
    },
  });
}
