import type { Slice } from '../slice.ts';
import { listThreadSubscriptions } from './client-api/list-subscriptions.ts';
import { getThreadSubscription, subscribeToThread, unsubscribeFromThread } from './client-api/subscription.ts';
import { threadSubscriptionsExtension } from './extension.ts';
import { ThreadSubscriptions, type ThreadSubscriptionsDeps } from './service.ts';

/** Which threads people follow. */
export function createThreadSubscriptions(deps: ThreadSubscriptionsDeps): Slice & { readonly service: ThreadSubscriptions } {
  const service = new ThreadSubscriptions(deps);
  const routes = [getThreadSubscription, subscribeToThread, unsubscribeFromThread, listThreadSubscriptions].map((make) => make(service));
  const extensions = [threadSubscriptionsExtension(service)];
  return { name: 'thread-subscriptions', routes, streams: [], jobs: [], projections: [], extensions, service };
}
