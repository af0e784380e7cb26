import { prefixes } from '../../http/prefixes.ts';
import { route, type Route } from '../../http/route.ts';
import type { RoomsService } from '../service.ts';

/** POST direct/{userId}: the one room of two people, which is made when there is none. Not in the specification. */
export function directRoom(rooms: RoomsService): Route {
  return route({
    method: 'POST',
    mount: prefixes.hearth,
    path: '/direct/{userId}',
    operation: 'directRoom',
    auth: 'user',
    rate: 'create-room',
    errors: ['M_FORBIDDEN', 'M_NOT_FOUND', 'M_INVITE_BLOCKED', 'M_INVALID_PARAM', 'M_UNAVAILABLE'],
    handle: async ({ params }, requester) => {
      const { roomId, isNew } = await rooms.direct(requester, params.userId);
      return { room_id: roomId, created: isNew };
    },
  });
}
