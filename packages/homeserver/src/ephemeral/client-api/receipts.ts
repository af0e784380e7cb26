import { Type } from 'typebox';

import { route, type Route } from '../../http/route.ts';
import type { Receipts } from '../receipts.ts';

/** POST rooms/{roomId}/receipt/{receiptType}/{eventId}. */
export function postReceipt(receipts: Receipts): Route {
  return route({
    method: 'POST',
    mount: 'client',
    path: '/rooms/{roomId}/receipt/{receiptType}/{eventId}',
    operation: 'postReceipt',
    auth: 'guest',
    rate: 'write',
    body: Type.Object({ thread_id: Type.Optional(Type.String()) }),
    errors: ['M_FORBIDDEN', 'M_INVALID_PARAM', 'M_NOT_FOUND'],
    handle: async ({ params, body }, requester) => {
      await receipts.receipt(requester, params.roomId, params.receiptType, params.eventId, body.thread_id);
      return {};
    },
  });
}

/** POST rooms/{roomId}/read_markers. */
export function setReadMarker(receipts: Receipts): Route {
  return route({
    method: 'POST',
    mount: 'client',
    path: '/rooms/{roomId}/read_markers',
    operation: 'setReadMarker',
    auth: 'guest',
    rate: 'write',
    body: Type.Object({
      'm.fully_read': Type.Optional(Type.String()),
      'm.read': Type.Optional(Type.String()),
      'm.read.private': Type.Optional(Type.String()),
    }),
    errors: ['M_FORBIDDEN', 'M_NOT_FOUND'],
    handle: async ({ params, body }, requester) => {
      await receipts.markers(requester, params.roomId, {
        'm.fully_read': body['m.fully_read'],
        'm.read': body['m.read'],
        'm.read.private': body['m.read.private'],
      });
      return {};
    },
  });
}
