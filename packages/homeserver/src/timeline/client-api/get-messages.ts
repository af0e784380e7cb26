import { Type } from 'typebox';

import { route, type Route } from '../../http/route.ts';
import type { TimelineService } from '../service.ts';

/** GET rooms/{roomId}/messages. */
export function getRoomEvents(timeline: TimelineService): Route {
  return route({
    method: 'GET',
    mount: 'client',
    path: '/rooms/{roomId}/messages',
    operation: 'getRoomEvents',
    auth: 'guest',
    rate: 'read',
    query: Type.Object({
      from: Type.Optional(Type.String()),
      to: Type.Optional(Type.String()),
      dir: Type.Optional(Type.Union([Type.Literal('b'), Type.Literal('f')])),
      limit: Type.Optional(Type.Integer({ minimum: 0 })),
      filter: Type.Optional(Type.String()),
    }),
    errors: ['M_FORBIDDEN', 'M_BAD_PAGINATION', 'M_BAD_JSON', 'M_NOT_JSON', 'M_INVALID_PARAM'],
    // `dir` is required on paper; those who leave it out want to go back.
    handle: ({ params, query, generation }, requester) =>
      timeline.messages(requester, params.roomId, { ...query, dir: query.dir ?? 'b' }, generation),
  });
}
