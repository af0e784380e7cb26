import { prefixes } from '../../../http/prefixes.ts';
import { route, type Route } from '../../../http/route.ts';
import { bodyForm, queryForm, readRequest } from '../request.ts';
import type { SlidingSync } from '../sliding-sync.ts';

/** POST org.matrix.simplified_msc3575/sync (MSC4186). */
export function slidingSync(service: SlidingSync): Route {
  return route({
    method: 'POST',
    mount: prefixes.msc4186,
    path: '/sync',
    operation: 'slidingSync',
    auth: 'guest',
    rate: 'sync',
    query: queryForm,
    body: bodyForm,
    errors: ['M_UNKNOWN_POS', 'M_INVALID_PARAM', 'M_MISSING_PARAM', 'M_NOT_JSON', 'M_BAD_JSON'],
    handle: ({ query, body, signal }, requester) =>
      service.sync({ requester, request: readRequest(query, body, requester.userId), signal }),
  });
}
