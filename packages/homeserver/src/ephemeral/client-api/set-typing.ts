import { Type } from 'typebox';

import { route, type Route } from '../../http/route.ts';
import type { Typing } from '../typing.ts';

/** PUT rooms/{roomId}/typing/{userId}. */
export function setTyping(typing: Typing): Route {
  return route({
    method: 'PUT',
    mount: 'client',
    path: '/rooms/{roomId}/typing/{userId}',
    operation: 'setTyping',
    auth: 'guest',
    rate: 'write',
    body: Type.Object({ typing: Type.Boolean(), timeout: Type.Optional(Type.Integer()) }),
    errors: ['M_FORBIDDEN'],
    handle: async ({ params, body }, requester) => {
      await typing.set(requester, params.roomId, params.userId, body.typing, body.timeout);
      return {};
    },
  });
}
