import { Type } from 'typebox';

import { prefixes } from '../../http/prefixes.ts';
import { route, type Route } from '../../http/route.ts';
import type { TimelineService } from '../service.ts';

/** GET rooms/{roomId}/threads. */
export function getThreadRoots(timeline: TimelineService): Route {
  return route({
    method: 'GET',
    mount: prefixes.v1,
    path: '/rooms/{roomId}/threads',
    operation: 'getThreadRoots',
    auth: 'guest',
    rate: 'read',
    query: Type.Object({
      include: Type.Optional(Type.Union([Type.Literal('all'), Type.Literal('participated')])),
      limit: Type.Optional(Type.Integer({ minimum: 1 })),
      from: Type.Optional(Type.String()),
    }),
    errors: ['M_FORBIDDEN', 'M_BAD_PAGINATION'],
    handle: ({ params, query }, requester) => timeline.threads(requester, params.roomId, { ...query, include: query.include ?? 'all' }),
  });
}
