import { Type } from 'typebox';

import { route, type Route } from '../../http/route.ts';
import type { RoomsService } from '../service.ts';

/** POST rooms/{roomId}/upgrade. */
export function upgradeRoom(rooms: RoomsService): Route {
  return route({
    method: 'POST',
    mount: 'client',
    path: '/rooms/{roomId}/upgrade',
    operation: 'upgradeRoom',
    auth: 'user',
    rate: 'create-room',
    body: Type.Object({ new_version: Type.String(), additional_creators: Type.Optional(Type.Array(Type.String())) }),
    errors: ['M_FORBIDDEN', 'M_UNSUPPORTED_ROOM_VERSION', 'M_MISSING_PARAM', 'M_INVALID_PARAM'],
    handle: async ({ params, body }, requester) => ({ replacement_room: await rooms.upgrade(requester, params.roomId, body) }),
  });
}
