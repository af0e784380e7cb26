import { Type } from 'typebox';

import { route, type Route } from '../../http/route.ts';
import type { KeysService } from '../service.ts';

/** GET keys/changes. */
export function getKeysChanges({ keyChanges }: KeysService): Route {
  return route({
    method: 'GET',
    mount: 'client',
    path: '/keys/changes',
    operation: 'getKeysChanges',
    auth: 'guest',
    rate: 'keys',
    query: Type.Object({ from: Type.String(), to: Type.String() }),
    errors: ['M_INVALID_PARAM'],
    handle: ({ query }, requester) => keyChanges.between(requester, query.from, query.to),
  });
}
