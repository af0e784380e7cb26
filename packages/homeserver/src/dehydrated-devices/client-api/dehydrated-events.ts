import { Type } from 'typebox';

import { prefixes } from '../../http/prefixes.ts';
import { route, type Route } from '../../http/route.ts';
import type { DehydratedDevices } from '../service.ts';

/** GET dehydrated_device/{deviceId}/events: its clients go on for as long as they are given a token. */
export function getDehydratedEvents(devices: DehydratedDevices): Route {
  return route({
    method: 'GET',
    mount: prefixes.msc3814,
    path: '/dehydrated_device/{deviceId}/events',
    operation: 'getDehydratedEvents',
    auth: 'user',
    rate: 'keys',
    query: Type.Object({ from: Type.Optional(Type.String()) }),
    errors: ['M_FORBIDDEN', 'M_INVALID_PARAM'],
    handle: async ({ params, query }, requester) => {
      const { events, next, more } = await devices.events(requester, params.deviceId, query.from);
      return more ? { events, next_batch: next } : { events };
    },
  });
}

/** POST dehydrated_device/{deviceId}/events, the older form: there is always a token, and an answer without events is the end. */
export function postDehydratedEvents(devices: DehydratedDevices): Route {
  return route({
    method: 'POST',
    mount: prefixes.msc3814,
    path: '/dehydrated_device/{deviceId}/events',
    operation: 'postDehydratedEvents',
    auth: 'user',
    rate: 'keys',
    body: Type.Object({ next_batch: Type.Optional(Type.String()) }),
    errors: ['M_FORBIDDEN', 'M_INVALID_PARAM'],
    handle: async ({ params, body }, requester) => {
      const { events, next } = await devices.events(requester, params.deviceId, body.next_batch);
      return { events, next_batch: next };
    },
  });
}
