import { route, type Route } from '../../http/route.ts';
import type { TimelineService } from '../service.ts';

/** GET rooms/{roomId}/event/{eventId}. */
export function getOneRoomEvent({ reader }: TimelineService): Route {
  return route({
    method: 'GET',
    mount: 'client',
    path: '/rooms/{roomId}/event/{eventId}',
    operation: 'getOneRoomEvent',
    auth: 'guest',
    rate: 'read',
    errors: ['M_NOT_FOUND'],
    handle: ({ params, generation }, requester) => reader.event(requester, params.roomId, params.eventId, generation),
  });
}

/** GET events/{eventId}: deprecated, of 2015. */
export function getOneEvent({ reader }: TimelineService): Route {
  return route({
    method: 'GET',
    mount: 'client',
    path: '/events/{eventId}',
    operation: 'getOneEvent',
    auth: 'guest',
    rate: 'read',
    errors: ['M_NOT_FOUND'],
    handle: ({ params, generation }, requester) => reader.event(requester, undefined, params.eventId, generation),
  });
}
