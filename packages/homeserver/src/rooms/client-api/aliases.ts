import { Type } from 'typebox';

import { route, type Route } from '../../http/route.ts';
import type { RoomsService } from '../service.ts';
import { empty } from './bodies.ts';

/** GET directory/room/{roomAlias}. */
export function getRoomIdByAlias({ aliases }: RoomsService): Route {
  return route({
    method: 'GET',
    mount: 'client',
    path: '/directory/room/{roomAlias}',
    operation: 'getRoomIdByAlias',
    auth: 'none',
    rate: 'read',
    errors: ['M_NOT_FOUND', 'M_INVALID_PARAM'],
    handle: async ({ params }) => {
      const { roomId, servers } = await aliases.resolve(params.roomAlias);
      return { room_id: roomId, servers };
    },
  });
}

/** PUT directory/room/{roomAlias}. */
export function setRoomAlias({ aliases }: RoomsService): Route {
  return route({
    method: 'PUT',
    mount: 'client',
    path: '/directory/room/{roomAlias}',
    operation: 'setRoomAlias',
    auth: 'user',
    rate: 'write',
    body: Type.Object({ room_id: Type.String() }),
    errors: ['M_UNKNOWN', 'M_FORBIDDEN', 'M_RESOURCE_LIMIT_EXCEEDED', 'M_INVALID_PARAM'],
    handle: async ({ params, body }, requester) => {
      await aliases.add(params.roomAlias, body.room_id, requester);
      return empty;
    },
  });
}

/** DELETE directory/room/{roomAlias}. */
export function deleteRoomAlias({ aliases }: RoomsService): Route {
  return route({
    method: 'DELETE',
    mount: 'client',
    path: '/directory/room/{roomAlias}',
    operation: 'deleteRoomAlias',
    auth: 'user',
    rate: 'write',
    errors: ['M_NOT_FOUND', 'M_FORBIDDEN', 'M_INVALID_PARAM'],
    handle: async ({ params }, requester) => {
      await aliases.remove(params.roomAlias, requester);
      return empty;
    },
  });
}

/** GET rooms/{roomId}/aliases. */
export function getLocalAliases({ aliases }: RoomsService): Route {
  return route({
    method: 'GET',
    mount: 'client',
    path: '/rooms/{roomId}/aliases',
    operation: 'getLocalAliases',
    auth: 'user',
    rate: 'read',
    errors: ['M_FORBIDDEN', 'M_INVALID_PARAM'],
    handle: async ({ params }, requester) => ({ aliases: await aliases.ofRoom(params.roomId, requester) }),
  });
}
