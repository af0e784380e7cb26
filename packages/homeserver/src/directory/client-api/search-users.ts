import { Type } from 'typebox';

import { route, type Route } from '../../http/route.ts';
import type { DirectoryService } from '../service.ts';

/** POST user_directory/search. */
export function searchUserDirectory({ users }: DirectoryService): Route {
  return route({
    method: 'POST',
    mount: 'client',
    path: '/user_directory/search',
    operation: 'searchUserDirectory',
    auth: 'user',
    rate: 'search',
    body: Type.Object({ search_term: Type.String({ maxLength: 512 }), limit: Type.Optional(Type.Integer({ minimum: 1 })) }),
    errors: ['M_BAD_JSON'],
    handle: async ({ body }, requester) => users.find(requester, body.search_term, body.limit),
  });
}
