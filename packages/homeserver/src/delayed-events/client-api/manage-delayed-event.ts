import { Type } from 'typebox';

import { prefixes } from '../../http/prefixes.ts';
import { route, type Route } from '../../http/route.ts';
import type { DelayedEvents } from '../service.ts';

const mount = [...prefixes.v1, ...prefixes.msc4140];
/** No token is asked for: whoever was told the id, such as a call's media server, may do it. */
const shared = { method: 'POST', mount, auth: 'none', rate: 'write' } as const;
const errors = ['M_NOT_FOUND', 'M_UNKNOWN'];
/** What sending the event may answer, at the time when it is sent. */
const sendErrors = [...errors, 'M_FORBIDDEN', 'M_TOO_LARGE', 'M_BAD_JSON', 'M_INVALID_PARAM', 'M_UNABLE_TO_GRANT_JOIN', 'M_BAD_ALIAS'];

/** POST delayed_events/{delayId}/restart. */
export function restartDelayedEvent(delayed: DelayedEvents): Route {
  return route({
    ...shared,
    path: '/delayed_events/{delayId}/restart',
    operation: 'restartDelayedEvent',
    errors,
    handle: async ({ params }) => {
      await delayed.restart(params.delayId);
      return {};
    },
  });
}

/** POST delayed_events/{delayId}/cancel. */
export function cancelDelayedEvent(delayed: DelayedEvents): Route {
  return route({
    ...shared,
    path: '/delayed_events/{delayId}/cancel',
    operation: 'cancelDelayedEvent',
    errors,
    handle: async ({ params }) => {
      await delayed.cancel(params.delayId);
      return {};
    },
  });
}

/** POST delayed_events/{delayId}/send. */
export function sendDelayedEvent(delayed: DelayedEvents): Route {
  return route({
    ...shared,
    path: '/delayed_events/{delayId}/send',
    operation: 'sendDelayedEvent',
    errors: sendErrors,
    handle: async ({ params }) => {
      await delayed.send(params.delayId);
      return {};
    },
  });
}

/** POST delayed_events/{delayId} with the action in its body, as clients asked before. */
export function updateDelayedEvent(delayed: DelayedEvents): Route {
  return route({
    ...shared,
    mount: prefixes.msc4140,
    path: '/delayed_events/{delayId}',
    operation: 'updateDelayedEvent',
    body: Type.Object({ action: Type.Union([Type.Literal('restart'), Type.Literal('cancel'), Type.Literal('send')]) }),
    errors: [...sendErrors, 'M_MISSING_PARAM'],
    handle: async ({ params, body }) => {
      await delayed[body.action](params.delayId);
      return {};
    },
  });
}
