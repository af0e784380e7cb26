import { Type } from 'typebox';

import { route, type Route } from '../../../http/route.ts';
import type { EventStream } from '../event-stream.ts';

/** GET events, also with `room_id` for rooms that one is not in. */
export function getEvents(stream: EventStream): Route {
  return route({
    method: 'GET',
    mount: 'client',
    path: '/events',
    operation: 'getEvents',
    auth: 'guest',
    rate: 'sync',
    query: Type.Object({
      from: Type.Optional(Type.String()),
      timeout: Type.Optional(Type.Integer({ minimum: 0 })),
      room_id: Type.Optional(Type.Array(Type.String())),
    }),
    errors: ['M_BAD_PAGINATION', 'M_FORBIDDEN', 'M_INVALID_PARAM'],
    handle: ({ query, generation, signal }, requester) => stream.events({ requester, query, generation, signal }),
  });
}
