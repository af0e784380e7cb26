import { Type } from 'typebox';

import { MatrixError } from '../../http/errors.ts';
import { type Requester, route, type Route } from '../../http/route.ts';
import type { Filters } from '../filters.ts';
import type { JsonObject } from '@hearth/protocol';

/** POST user/{userId}/filter. */
export function defineFilter(filters: Filters): Route {
  return route({
    method: 'POST',
    mount: 'client',
    path: '/user/{userId}/filter',
    operation: 'defineFilter',
    auth: 'guest',
    rate: 'write',
    body: Type.Record(Type.String(), Type.Unknown()),
    errors: ['M_FORBIDDEN', 'M_BAD_JSON', 'M_TOO_LARGE'],
    handle: async ({ params, body }, requester) => {
      requireSelf(params.userId, requester);
      return { filter_id: await filters.store(requester, body as JsonObject) };
    },
  });
}

/** GET user/{userId}/filter/{filterId}. */
export function getFilter(filters: Filters): Route {
  return route({
    method: 'GET',
    mount: 'client',
    path: '/user/{userId}/filter/{filterId}',
    operation: 'getFilter',
    auth: 'guest',
    rate: 'read',
    errors: ['M_FORBIDDEN', 'M_NOT_FOUND'],
    handle: ({ params }, requester) => {
      requireSelf(params.userId, requester);
      return filters.get(requester, params.filterId);
    },
  });
}

function requireSelf(userId: string, requester: Requester): void {
  if (userId !== requester.userId) throw new MatrixError('M_FORBIDDEN', 'Filters belong to their user: you can use only your own.');
}
