import { route, type Route } from '../../http/route.ts';
import type { RoomsService } from '../service.ts';
import { reasonBody } from './bodies.ts';

/** POST knock/{roomIdOrAlias}. `via` names servers to ask; rooms of this server need none. */
export function knockRoom({ memberships }: RoomsService): Route {
  return route({
    method: 'POST',
    mount: 'client',
    path: '/knock/{roomIdOrAlias}',
    operation: 'knockRoom',
    auth: 'user',
    rate: 'join',
    body: reasonBody,
    errors: ['M_FORBIDDEN', 'M_NOT_FOUND', 'M_INVALID_PARAM'],
    handle: async ({ params, body }, requester) => ({ room_id: await memberships.knock(params.roomIdOrAlias, requester, body) }),
  });
}
