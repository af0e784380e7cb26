import { route, type Route } from '../../http/route.ts';
import type { RoomsService } from '../service.ts';

/** GET joined_rooms. */
export function getJoinedRooms(rooms: RoomsService): Route {
  return route({
    method: 'GET',
    mount: 'client',
    path: '/joined_rooms',
    operation: 'getJoinedRooms',
    auth: 'guest',
    rate: 'read',
    errors: [],
    handle: async (_request, requester) => ({ joined_rooms: await rooms.joinedRooms(requester) }),
  });
}
