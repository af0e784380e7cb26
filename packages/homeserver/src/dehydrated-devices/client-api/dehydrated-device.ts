import { Type } from 'typebox';

import { deviceKeysShape, keysShape } from '../../http/key-shapes.ts';
import { prefixes } from '../../http/prefixes.ts';
import { route, type Route } from '../../http/route.ts';
import type { DehydratedDevices, NewDehydratedDevice } from '../service.ts';

/** PUT dehydrated_device. */
export function putDehydratedDevice(devices: DehydratedDevices): Route {
  return route({
    method: 'PUT',
    mount: prefixes.msc3814,
    path: '/dehydrated_device',
    operation: 'putDehydratedDevice',
    auth: 'user',
    rate: 'keys',
    body: Type.Object({
      device_id: Type.String(),
      device_data: Type.Record(Type.String(), Type.Unknown()),
      initial_device_display_name: Type.Optional(Type.String()),
      device_keys: deviceKeysShape,
      one_time_keys: Type.Optional(keysShape),
      fallback_keys: Type.Optional(keysShape),
    }),
    bodyNumbers: 'canonical',
    errors: ['M_INVALID_PARAM', 'M_TOO_LARGE', 'M_RESOURCE_LIMIT_EXCEEDED'],
    handle: async ({ body, ip }, requester) => ({ device_id: await devices.put(requester, body as NewDehydratedDevice, { ip }) }),
  });
}

/** GET dehydrated_device. */
export function getDehydratedDevice(devices: DehydratedDevices): Route {
  return route({
    method: 'GET',
    mount: prefixes.msc3814,
    path: '/dehydrated_device',
    operation: 'getDehydratedDevice',
    auth: 'user',
    rate: 'read',
    errors: ['M_NOT_FOUND'],
    handle: (_request, requester) => devices.get(requester),
  });
}

/** DELETE dehydrated_device. */
export function deleteDehydratedDevice(devices: DehydratedDevices): Route {
  return route({
    method: 'DELETE',
    mount: prefixes.msc3814,
    path: '/dehydrated_device',
    operation: 'deleteDehydratedDevice',
    auth: 'user',
    rate: 'write',
    errors: ['M_NOT_FOUND'],
    handle: async (_request, requester) => ({ device_id: await devices.delete(requester) }),
  });
}
