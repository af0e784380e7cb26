import { Type } from 'typebox';

import { MatrixError } from '../../http/errors.ts';
import { route, type Route } from '../../http/route.ts';
import type { PresenceService } from '../service.ts';
import { presenceContent } from '../stream.ts';

/** PUT presence/{userId}/status. */
export function setPresence(service: PresenceService): Route {
  return route({
    method: 'PUT',
    mount: 'client',
    path: '/presence/{userId}/status',
    operation: 'setPresence',
    auth: 'user',
    rate: 'write',
    body: Type.Object({
      presence: Type.Union([Type.Literal('online'), Type.Literal('offline'), Type.Literal('unavailable')]),
      status_msg: Type.Optional(Type.String()),
    }),
    errors: ['M_FORBIDDEN'],
    handle: async ({ params, body }, requester) => {
      await service.say(requester, params.userId, body.presence, body.status_msg);
      return {};
    },
  });
}

/** GET presence/{userId}/status. */
export function getPresence(service: PresenceService): Route {
  return route({
    method: 'GET',
    mount: 'client',
    path: '/presence/{userId}/status',
    operation: 'getPresence',
    auth: 'user',
    rate: 'read',
    errors: ['M_FORBIDDEN', 'M_NOT_FOUND'],
    handle: async ({ params }, requester) => {
      const seen = await service.of(requester, params.userId);
      if (!seen) throw new MatrixError('M_FORBIDDEN', 'You share no room with this user.');
      return presenceContent(seen);
    },
  });
}
