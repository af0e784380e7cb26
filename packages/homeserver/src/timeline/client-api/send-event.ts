import { Type } from 'typebox';

import { route, type Route } from '../../http/route.ts';
import { stickyMsOf, stickyQuery } from '../../http/sticky-query.ts';
import type { TimelineService } from '../service.ts';
import { contentBody, contentOf } from './content-body.ts';
import { delayErrors, delayOf, delayQuery } from './delay-query.ts';

const errors = ['M_FORBIDDEN', 'M_TOO_LARGE', 'M_BAD_JSON', 'M_NOT_FOUND'];

/** PUT rooms/{roomId}/send/{eventType}/{txnId}: idempotent by transaction id, for the life of the device. */
export function sendMessage({ sender }: TimelineService): Route {
  return route({
    method: 'PUT',
    mount: 'client',
    path: '/rooms/{roomId}/send/{eventType}/{txnId}',
    operation: 'sendMessage',
    auth: 'guest',
    rate: 'message',
    body: contentBody,
    bodyNumbers: 'canonical',
    query: Type.Object({ ...delayQuery, ...stickyQuery }),
    errors: [...errors, ...delayErrors],
    handle: async ({ params, query, body }, requester) => {
      const { roomId, eventType: type, txnId } = params;
      const event = { roomId, type, content: contentOf(body), stickyMs: stickyMsOf(query) };
      const delay = delayOf(query);
      if (delay !== undefined) return { delay_id: await sender.later(requester, { ...event, delay, txnId }) };
      return { event_id: await sender.message(requester, event, txnId) };
    },
  });
}

/** POST rooms/{roomId}/send/{eventType}, of 2015: without transaction id, so each call sends anew. */
export function sendMessageWithoutTransaction({ sender }: TimelineService): Route {
  return route({
    method: 'POST',
    mount: ['/_matrix/client/api/v1', '/_matrix/client/v2_alpha'],
    path: '/rooms/{roomId}/send/{eventType}',
    operation: 'sendMessageWithoutTransaction',
    auth: 'guest',
    rate: 'message',
    body: contentBody,
    bodyNumbers: 'canonical',
    errors,
    handle: async ({ params, body }, requester) => ({
      event_id: await sender.message(requester, { roomId: params.roomId, type: params.eventType, content: contentOf(body) }),
    }),
  });
}

/** PUT rooms/{roomId}/redact/{eventId}/{txnId}. */
export function redactEvent({ sender }: TimelineService): Route {
  return route({
    method: 'PUT',
    mount: 'client',
    path: '/rooms/{roomId}/redact/{eventId}/{txnId}',
    operation: 'redactEvent',
    auth: 'guest',
    rate: 'message',
    body: Type.Object({ reason: Type.Optional(Type.String()) }),
    errors: ['M_FORBIDDEN', 'M_NOT_FOUND', 'M_TOO_LARGE'],
    handle: async ({ params, body }, requester) => ({
      event_id: await sender.redact(requester, params.roomId, params.eventId, body.reason, params.txnId),
    }),
  });
}
