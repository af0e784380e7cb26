import type { SlidingExtension } from '../streams/stream.ts';
import type { ThreadSubscriptions } from './service.ts';
import { streamKinds } from '@hearth/storage';

/** Threads told at once, when the client names no number, and at most. */
const usual = 100;
const most = 1_000;

/** The part of sliding sync (MSC4308): the newest changes, and where the older ones of the same window are had. */
export function threadSubscriptionsExtension(subscriptions: ThreadSubscriptions): SlidingExtension {
  return {
    name: 'io.element.msc4308.thread_subscriptions',
    collect: async ({ requester, window, ownEntries }, { limit }) => {
      if (!window.initial && (await ownEntries(streamKinds.threadSubscription)).length === 0) return undefined;
      const wanted = typeof limit === 'number' && limit >= 1 ? Math.min(Math.floor(limit), most) : usual;
      const { news, oldest } = await subscriptions.news(requester, window.since, window.upTo, wanted);
      if (!news.subscribed && !news.unsubscribed) return undefined;
      return {
        ...(news.subscribed && { subscribed: news.subscribed }),
        ...(news.unsubscribed && { unsubscribed: news.unsubscribed }),
        ...(oldest !== undefined && { prev_batch: String(oldest - 1) }),
      };
    },
  };
}
