import { Type } from 'typebox';

import { prefixes } from '../../http/prefixes.ts';
import { route, type Route } from '../../http/route.ts';
import type { PreviewsService } from '../service.ts';

/** GET v1/rooms/{roomId}/hierarchy. */
export function getSpaceHierarchy({ hierarchy }: PreviewsService): Route {
  return route({
    method: 'GET',
    mount: prefixes.v1,
    path: '/rooms/{roomId}/hierarchy',
    operation: 'getSpaceHierarchy',
    auth: 'guest',
    rate: 'read',
    query: Type.Object({
      suggested_only: Type.Optional(Type.Boolean()),
      limit: Type.Optional(Type.Integer({ minimum: 1 })),
      max_depth: Type.Optional(Type.Integer({ minimum: 0 })),
      from: Type.Optional(Type.String()),
    }),
    errors: ['M_FORBIDDEN', 'M_INVALID_PARAM'],
    handle: async ({ params, query }, requester) => hierarchy.page(requester, params.roomId, query),
  });
}
