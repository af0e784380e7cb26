import { Type } from 'typebox';

import { prefixes } from '../../http/prefixes.ts';
import { type Generation, type Requester, route, type Route } from '../../http/route.ts';
import type { State } from '../send.ts';
import type { TimelineService } from '../service.ts';
import { contentBody, contentOf } from './content-body.ts';
import { delayErrors, delayOf, delayQuery } from './delay-query.ts';

const formatQuery = Type.Object({ format: Type.Optional(Type.Union([Type.Literal('content'), Type.Literal('event')])) });
// The last ones are about member events and aliases.
const sendErrors = [
  'M_FORBIDDEN',
  'M_TOO_LARGE',
  'M_BAD_JSON',
  'M_UNKNOWN',
  'M_UNABLE_TO_GRANT_JOIN',
  'M_BAD_ALIAS',
  'M_BAD_STATE',
  ...delayErrors,
];
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
    query: Type.Object(delayQuery),
    handle: ({ params: { roomId, eventType: type, stateKey }, query, body, generation, ifMatch }, requester) =>
      putState(sender, requester, { roomId, type, stateKey, content: contentOf(body) }, { delay: delayOf(query), generation, ifMatch }),
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
    query: Type.Object(delayQuery),
    handle: ({ params: { roomId, eventType: type }, query, body, generation, ifMatch }, requester) =>
      putState(sender, requester, { roomId, type, stateKey: '', content: contentOf(body) }, { delay: delayOf(query), generation, ifMatch }),
  });
}

async function putState(
  sender: TimelineService['sender'],
  requester: Requester,
  state: State,
  how: { readonly delay: number | undefined; readonly generation: Generation; readonly ifMatch: string | undefined },
): Promise<{ readonly delay_id: string } | { readonly event_id: string }> {
  const { delay, generation, ifMatch } = how;
  if (delay !== undefined) return { delay_id: await sender.later(requester, { ...state, delay }) };
  return { event_id: await sender.state(requester, state, generation, eventIdIn(ifMatch)) };
}

/** An event id stands for the state's version, with or without the quotes that the header's values have. */
function eventIdIn(ifMatch: string | undefined): string | undefined {
  return ifMatch === undefined ? undefined : ifMatch.replace(/^"(.*)"$/, '$1');
}

const patchErrors = [...sendErrors, 'M_NOT_FOUND'];

/** PATCH rooms/{roomId}/state/{eventType}/{stateKey}: a merge patch. Not in the specification. */
export function patchRoomStateWithKey({ sender }: TimelineService): Route {
  return route({
    method: 'PATCH',
    mount: prefixes.v3,
    path: '/rooms/{roomId}/state/{eventType}/{stateKey}',
    operation: 'patchRoomStateWithKey',
    auth: 'user',
    rate: 'message',
    body: contentBody,
    bodyNumbers: 'canonical',
    errors: patchErrors,
    handle: async ({ params: { roomId, eventType: type, stateKey }, body, generation, ifMatch }, requester) => ({
      event_id: await sender.patchState(requester, { roomId, type, stateKey, content: contentOf(body) }, eventIdIn(ifMatch), generation),
    }),
  });
}

/** PATCH rooms/{roomId}/state/{eventType}. */
export function patchRoomState({ sender }: TimelineService): Route {
  return route({
    method: 'PATCH',
    mount: prefixes.v3,
    path: '/rooms/{roomId}/state/{eventType}',
    operation: 'patchRoomState',
    auth: 'user',
    rate: 'message',
    body: contentBody,
    bodyNumbers: 'canonical',
    errors: patchErrors,
    handle: async ({ params: { roomId, eventType: type }, body, generation, ifMatch }, requester) => ({
      event_id: await sender.patchState(
        requester,
        { roomId, type, stateKey: '', content: contentOf(body) },
        eventIdIn(ifMatch),
        generation,
      ),
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
