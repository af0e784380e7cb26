import { Type } from 'typebox';

import { route, type Route } from '../../http/route.ts';
import type { Sync } from '../sync.ts';

/** GET sync. */
export function sync(service: Sync): Route {
  return route({
    method: 'GET',
    mount: 'client',
    path: '/sync',
    operation: 'sync',
    auth: 'guest',
    rate: 'sync',
    query: Type.Object({
      filter: Type.Optional(Type.String()),
      since: Type.Optional(Type.String()),
      full_state: Type.Optional(Type.Boolean()),
      set_presence: Type.Optional(Type.Union([Type.Literal('offline'), Type.Literal('online'), Type.Literal('unavailable')])),
      timeout: Type.Optional(Type.Integer({ minimum: 0 })),
      use_state_after: Type.Optional(Type.Boolean()),
      'org.matrix.msc4222.use_state_after': Type.Optional(Type.Boolean()),
    }),
    errors: ['M_UNKNOWN', 'M_INVALID_PARAM', 'M_NOT_JSON', 'M_BAD_JSON'],
    handle: ({ query, generation, signal }, requester) => service.sync({ requester, query, generation, signal }),
  });
}
