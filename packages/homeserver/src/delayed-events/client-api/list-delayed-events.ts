import { Type } from 'typebox';

import { prefixes } from '../../http/prefixes.ts';
import { route, type Route } from '../../http/route.ts';
import type { DelayedEvents } from '../service.ts';

/** GET delayed_events: what the requester has scheduled; with `status=finalised` what became of earlier ones. */
export function listDelayedEvents(delayed: DelayedEvents): Route {
  return route({
    method: 'GET',
    mount: [...prefixes.v1, ...prefixes.msc4140],
    path: '/delayed_events',
    operation: 'listDelayedEvents',
    auth: 'guest',
    rate: 'read',
    query: Type.Object({
      status: Type.Optional(Type.Union([Type.Literal('scheduled'), Type.Literal('finalised')])),
      from: Type.Optional(Type.String()),
    }),
    errors: ['M_INVALID_PARAM'],
    handle: async ({ query }, requester) => delayed.list(requester, query.status === 'finalised', query.from),
  });
}

/** GET delayed_events/{delayId}. */
export function getDelayedEvent(delayed: DelayedEvents): Route {
  return route({
    method: 'GET',
    mount: [...prefixes.v1, ...prefixes.msc4140],
    path: '/delayed_events/{delayId}',
    operation: 'getDelayedEvent',
    auth: 'guest',
    rate: 'read',
    errors: ['M_NOT_FOUND'],
    handle: async ({ params }, requester) => delayed.one(requester, params.delayId),
  });
}
