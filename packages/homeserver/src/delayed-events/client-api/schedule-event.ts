import { Type } from 'typebox';

import { prefixes } from '../../http/prefixes.ts';
import { route, type Route } from '../../http/route.ts';
import { stickyQuery, stickyMsOf } from '../../http/sticky-query.ts';
import type { DelayedEvents } from '../service.ts';
import type { JsonObject } from '@hearth/protocol';

/** PUT rooms/{roomId}/delayed_event/{eventType}/{txnId}. The older way is a parameter of sending (timeline/client-api/). */
export function scheduleDelayedEvent(delayed: DelayedEvents): Route {
  return route({
    method: 'PUT',
    mount: [...prefixes.v3, ...prefixes.msc4140],
    path: '/rooms/{roomId}/delayed_event/{eventType}/{txnId}',
    operation: 'scheduleDelayedEvent',
    auth: 'guest',
    rate: 'message',
    query: Type.Object(stickyQuery),
    body: Type.Object({
      delay: Type.Integer(),
      state_key: Type.Optional(Type.String()),
      content: Type.Record(Type.String(), Type.Unknown()),
    }),
    bodyNumbers: 'canonical',
    errors: ['M_FORBIDDEN', 'M_INVALID_PARAM', 'M_MAX_DELAY_EXCEEDED', 'M_TOO_LARGE', 'M_LIMIT_EXCEEDED'],
    handle: async ({ params, query, body }, requester) => ({
      delay_id: await delayed.schedule(requester, {
        roomId: params.roomId,
        type: params.eventType,
        stateKey: body.state_key,
        content: body.content as JsonObject,
        delay: body.delay,
        stickyMs: stickyMsOf(query),
        txnId: params.txnId,
      }),
    }),
  });
}
