import { route, type Route } from '../../http/route.ts';
import type { RoomsService } from '../service.ts';
import { empty, reasonBody } from './bodies.ts';

/** POST rooms/{roomId}/leave: also declines an invitation. */
export function leaveRoom({ memberships }: RoomsService): Route {
  return route({
    method: 'POST',
    mount: 'client',
    path: '/rooms/{roomId}/leave',
    operation: 'leaveRoom',
    auth: 'guest',
    rate: 'write',
    body: reasonBody,
    errors: ['M_FORBIDDEN', 'M_INVALID_PARAM'],
    handle: async ({ params, body }, requester) => {
      await memberships.leave(params.roomId, requester, body);
      return empty;
    },
  });
}

/** POST rooms/{roomId}/forget. Clients of 2015 forget rooms that they are still in; that leaves first. */
export function forgetRoom({ memberships }: RoomsService): Route {
  return route({
    method: 'POST',
    mount: 'client',
    path: '/rooms/{roomId}/forget',
    operation: 'forgetRoom',
    auth: 'guest',
    rate: 'write',
    errors: ['M_UNKNOWN', 'M_NOT_FOUND'],
    handle: async ({ params, generation }, requester) => {
      await memberships.forget(params.roomId, requester, generation === 'v1');
      return empty;
    },
  });
}
