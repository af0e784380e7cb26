import { Type } from 'typebox';

import { MatrixError } from '../../http/errors.ts';
import { deviceKeysShape, keysShape } from '../../http/key-shapes.ts';
import { route, type Route } from '../../http/route.ts';
import type { KeysService } from '../service.ts';

const body = Type.Object({
  device_keys: Type.Optional(deviceKeysShape),
  one_time_keys: Type.Optional(keysShape),
  fallback_keys: Type.Optional(keysShape),
});
const errors = ['M_INVALID_PARAM', 'M_RESOURCE_LIMIT_EXCEEDED', 'M_UNKNOWN'];

/** POST keys/upload. */
export function uploadKeys({ uploads }: KeysService): Route {
  return route({
    method: 'POST',
    mount: 'client',
    path: '/keys/upload',
    operation: 'uploadKeys',
    auth: 'guest',
    rate: 'keys',
    body,
    bodyNumbers: 'canonical',
    errors,
    handle: async (request, requester) => ({ one_time_key_counts: await uploads.upload(requester, request.body) }),
  });
}

/** POST keys/upload/{deviceId}, as clients did it first: the device is that of the token all the same. */
export function uploadKeysOf2015({ uploads }: KeysService): Route {
  return route({
    method: 'POST',
    mount: 'client',
    path: '/keys/upload/{deviceId}',
    operation: 'uploadKeysOf2015',
    auth: 'guest',
    rate: 'keys',
    body,
    bodyNumbers: 'canonical',
    errors,
    handle: async (request, requester) => {
      if (request.params.deviceId !== requester.deviceId)
        throw new MatrixError('M_INVALID_PARAM', 'The device in the path is not the one of the access token.');
      return { one_time_key_counts: await uploads.upload(requester, request.body) };
    },
  });
}
