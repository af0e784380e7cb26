import { Type } from 'typebox';

import { route, type Route } from '../../http/route.ts';
import type { DirectoryService } from '../service.ts';

/** GET directory/list/room/{roomId}. */
export function getRoomVisibility({ publishing }: DirectoryService): Route {
  return route({
    method: 'GET',
    mount: 'client',
    path: '/directory/list/room/{roomId}',
    operation: 'getRoomVisibilityOnDirectory',
    auth: 'optional',
    rate: 'read',
    errors: ['M_NOT_FOUND', 'M_INVALID_PARAM'],
    handle: async ({ params }, requester) => ({ visibility: await publishing.visibilityOf(params.roomId, requester) }),
  });
}

/** PUT directory/list/room/{roomId}. */
export function setRoomVisibility({ publishing }: DirectoryService): Route {
  return route({
    method: 'PUT',
    mount: 'client',
    path: '/directory/list/room/{roomId}',
    operation: 'setRoomVisibilityOnDirectory',
    auth: 'user',
    rate: 'write',
    body: Type.Object({ visibility: Type.Optional(Type.Union([Type.Literal('public'), Type.Literal('private')])) }),
    errors: ['M_NOT_FOUND', 'M_FORBIDDEN', 'M_INVALID_PARAM'],
    handle: async ({ params, body }, requester) => {
      await publishing.set(params.roomId, body.visibility ?? 'public', requester);
      return {};
    },
  });
}
