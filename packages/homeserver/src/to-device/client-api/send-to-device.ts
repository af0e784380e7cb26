import { Type } from 'typebox';

import { mapOf } from '../../http/map-of.ts';
import { route, type Route } from '../../http/route.ts';
import type { MessagesByDevice, ToDevice } from '../service.ts';

const content = Type.Record(Type.String(), Type.Unknown());

/** PUT sendToDevice/{eventType}/{txnId}. */
export function sendToDevice(toDevice: ToDevice): Route {
  return route({
    method: 'PUT',
    mount: 'client',
    path: '/sendToDevice/{eventType}/{txnId}',
    operation: 'sendToDevice',
    auth: 'guest',
    rate: 'keys',
    body: Type.Object({ messages: mapOf(mapOf(content)) }),
    // Between servers, messages are in what is signed.
    bodyNumbers: 'canonical',
    errors: ['M_INVALID_PARAM', 'M_TOO_LARGE'],
    handle: async ({ params, body }, requester) => {
      await toDevice.send(requester, params.eventType, params.txnId, body.messages as MessagesByDevice);
      return {};
    },
  });
}
