import { Type } from 'typebox';

import { route, type Route } from '../../http/route.ts';
import type { TimelineService } from '../service.ts';
import { contentBody, contentOf } from './content-body.ts';

const formatQuery = Type.Object({ format: Type.Optional(Type.Union([Type.Literal('content'), Type.Literal('event')])) });
// The last ones are about member events and aliases.
const sendErrors = ['M_FORBIDDEN', 'M_TOO_LARGE', 'M_BAD_JSON', 'M_INVALID_PARAM', 'M_UNKNOWN', 'M_UNABLE_TO_GRANT_JOIN', 'M_BAD_ALIAS'];
const readErrors = ['M_FORBIDDEN', 'M_NOT_FOUND'];

/** PUT rooms/{roomId}/state/{eventType}/{stateKey}. */
export function setRoomStateWithKey({ sender }: TimelineService): Route {
  return route({
    method: 'PUT',
    mount: 'client',
    path: '/rooms/{roomId}/state/{eventType}/{stateKey}',
    operation: 'setRoomStateWithKey',
    auth: 'guest',
    rate: 'message',
    body: contentBody,
    bodyNumbers: 'canonical',
    errors: sendErrors,
    handle: async ({ params, body, generation }, requester) => ({
      event_id: await sender.state(requester, params.roomId, params.eventType, params.stateKey, contentOf(body), generation),
    }),
  });
}

/** PUT rooms/{roomId}/state/{eventType}: the empty state key, with or without a final slash. */
export function setRoomState({ sender }: TimelineService): Route {
  return route({
    method: 'PUT',
    mount: 'client',
    path: '/rooms/{roomId}/state/{eventType}',
    operation: 'setRoomState',
    auth: 'guest',
    rate: 'message',
    body: contentBody,
    bodyNumbers: 'canonical',
    errors: sendErrors,
    handle: async ({ params, body, generation }, requester) => ({
      event_id: await sender.state(requester, params.roomId, params.eventType, '', contentOf(body), generation),
    }),
  });
}

/** GET rooms/{roomId}/state/{eventType}/{stateKey}. */
export function getRoomStateWithKey({ reader }: TimelineService): Route {
  return route({
    method: 'GET',
    mount: 'client',
    path: '/rooms/{roomId}/state/{eventType}/{stateKey}',
    operation: 'getRoomStateWithKey',
    auth: 'guest',
    rate: 'read',
    query: formatQuery,
    errors: readErrors,
    handle: ({ params, query, generation }, requester) =>
      reader.stateEvent(requester, params.roomId, params.eventType, params.stateKey, query.format ?? 'content', generation),
  });
}

/** GET rooms/{roomId}/state/{eventType}. */
export function getRoomStateWithEmptyKey({ reader }: TimelineService): Route {
  return route({
    method: 'GET',
    mount: 'client',
    path: '/rooms/{roomId}/state/{eventType}',
    operation: 'getRoomStateWithEmptyKey',
    auth: 'guest',
    rate: 'read',
    query: formatQuery,
    errors: readErrors,
    handle: ({ params, query, generation }, requester) =>
      reader.stateEvent(requester, params.roomId, params.eventType, '', query.format ?? 'content', generation),
  });
}

/** GET rooms/{roomId}/state. */
export function getRoomState({ reader }: TimelineService): Route {
  return route({
    method: 'GET',
    mount: 'client',
    path: '/rooms/{roomId}/state',
    operation: 'getRoomState',
    auth: 'guest',
    rate: 'read',
    errors: ['M_FORBIDDEN'],
    handle: ({ params, generation }, requester) => reader.state(requester, params.roomId, generation),
  });
}
