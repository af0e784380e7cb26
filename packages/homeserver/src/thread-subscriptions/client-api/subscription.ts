import { Type } from 'typebox';

import { prefixes } from '../../http/prefixes.ts';
import { route, type Route } from '../../http/route.ts';
import type { ThreadSubscriptions } from '../service.ts';

const path = '/rooms/{roomId}/thread/{threadRootId}/subscription';
const shared = { mount: prefixes.msc4306, path, auth: 'user' } as const;

/** GET rooms/{roomId}/thread/{threadRootId}/subscription. */
export function getThreadSubscription(subscriptions: ThreadSubscriptions): Route {
  return route({
    ...shared,
    method: 'GET',
    operation: 'getThreadSubscription',
    rate: 'read',
    errors: ['M_NOT_FOUND'],
    handle: async ({ params }, requester) => subscriptions.get(requester, params.roomId, params.threadRootId),
  });
}

/** PUT of the same. */
export function subscribeToThread(subscriptions: ThreadSubscriptions): Route {
  return route({
    ...shared,
    method: 'PUT',
    operation: 'subscribeToThread',
    rate: 'write',
    body: Type.Object({ automatic: Type.Optional(Type.String({ maxLength: 255 })) }),
    errors: [
      'M_NOT_FOUND',
      'IO.ELEMENT.MSC4306.M_NOT_IN_THREAD',
      'IO.ELEMENT.MSC4306.M_CONFLICTING_UNSUBSCRIPTION',
      'M_RESOURCE_LIMIT_EXCEEDED',
    ],
    handle: async ({ params, body }, requester) => {
      await subscriptions.subscribe(requester, params.roomId, params.threadRootId, body.automatic);
      return {};
    },
  });
}

/** DELETE of the same. */
export function unsubscribeFromThread(subscriptions: ThreadSubscriptions): Route {
  return route({
    ...shared,
    method: 'DELETE',
    operation: 'unsubscribeFromThread',
    rate: 'write',
    errors: ['M_NOT_FOUND'],
    handle: async ({ params }, requester) => {
      await subscriptions.unsubscribe(requester, params.roomId, params.threadRootId);
      return {};
    },
  });
}
