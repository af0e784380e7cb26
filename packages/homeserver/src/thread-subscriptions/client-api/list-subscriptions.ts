import { Type } from 'typebox';

import { prefixes } from '../../http/prefixes.ts';
import { route, type Route } from '../../http/route.ts';
import type { ThreadSubscriptions } from '../service.ts';

/** GET thread_subscriptions (MSC4308): what changed, backwards from a token. */
export function listThreadSubscriptions(subscriptions: ThreadSubscriptions): Route {
  return route({
    method: 'GET',
    mount: prefixes.msc4308,
    path: '/thread_subscriptions',
    operation: 'listThreadSubscriptions',
    auth: 'user',
    rate: 'read',
    query: Type.Object({
      dir: Type.Optional(Type.Literal('b')),
      from: Type.Optional(Type.String()),
      to: Type.Optional(Type.String()),
      limit: Type.Optional(Type.Integer({ minimum: 1 })),
    }),
    errors: ['M_INVALID_PARAM'],
    handle: async ({ query }, requester) => subscriptions.page(requester, query),
  });
}
