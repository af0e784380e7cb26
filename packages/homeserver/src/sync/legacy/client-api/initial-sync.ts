import { Type } from 'typebox';

import { route, type Route } from '../../../http/route.ts';
import type { Snapshots } from '../snapshot.ts';

const limit = Type.Optional(Type.Integer({ minimum: 0 }));

/** GET initialSync. */
export function initialSync(snapshots: Snapshots): Route {
  return route({
    method: 'GET',
    mount: 'client',
    path: '/initialSync',
    operation: 'initialSync',
    auth: 'user',
    rate: 'sync',
    query: Type.Object({ limit, archived: Type.Optional(Type.Boolean()) }),
    errors: ['M_INVALID_PARAM'],
    handle: ({ query, generation }, requester) => snapshots.all({ requester, limit: query.limit, generation }, query.archived ?? false),
  });
}

/** GET rooms/{roomId}/initialSync. */
export function roomInitialSync(snapshots: Snapshots): Route {
  return route({
    method: 'GET',
    mount: 'client',
    path: '/rooms/{roomId}/initialSync',
    operation: 'roomInitialSync',
    auth: 'guest',
    rate: 'sync',
    query: Type.Object({ limit }),
    errors: ['M_FORBIDDEN', 'M_INVALID_PARAM'],
    handle: ({ params, query, generation }, requester) => snapshots.one({ requester, limit: query.limit, generation }, params.roomId),
  });
}
