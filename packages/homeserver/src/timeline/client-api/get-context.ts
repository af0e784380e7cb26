import { Type } from 'typebox';

import { route, type Route } from '../../http/route.ts';
import type { TimelineService } from '../service.ts';

/** GET rooms/{roomId}/context/{eventId}. */
export function getEventContext(timeline: TimelineService): Route {
  return route({
    method: 'GET',
    mount: 'client',
    path: '/rooms/{roomId}/context/{eventId}',
    operation: 'getEventContext',
    auth: 'guest',
    rate: 'read',
    query: Type.Object({ limit: Type.Optional(Type.Integer({ minimum: 0 })), filter: Type.Optional(Type.String()) }),
    errors: ['M_NOT_FOUND', 'M_BAD_JSON'],
    handle: ({ params, query, generation }, requester) => timeline.context(requester, params, query, generation),
  });
}
