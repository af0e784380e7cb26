import { Type } from 'typebox';

import { authSchema } from '../../http/auth-schema.ts';
import { route, type Route } from '../../http/route.ts';
import type { AccountsService } from '../service.ts';

/** Most devices that one request may remove. */
const deletionsMax = 1_000;

/** GET devices. */
export function getDevices({ devices }: AccountsService): Route {
  return route({
    method: 'GET',
    mount: 'client',
    path: '/devices',
    operation: 'getDevices',
    auth: 'guest',
    rate: 'read',
    errors: [],
    handle: async (_request, { user }) => ({ devices: await devices.list(user) }),
  });
}

/** GET devices/{deviceId}. */
export function getDevice({ devices }: AccountsService): Route {
  return route({
    method: 'GET',
    mount: 'client',
    path: '/devices/{deviceId}',
    operation: 'getDevice',
    auth: 'guest',
    rate: 'read',
    errors: ['M_NOT_FOUND'],
    handle: async ({ params }, { user }) => devices.one(user, params.deviceId),
  });
}

/** PUT devices/{deviceId}: renames. */
export function updateDevice({ devices }: AccountsService): Route {
  return route({
    method: 'PUT',
    mount: 'client',
    path: '/devices/{deviceId}',
    operation: 'updateDevice',
    auth: 'guest',
    rate: 'write',
    body: Type.Object({ display_name: Type.Optional(Type.String()) }),
    errors: ['M_NOT_FOUND', 'M_INVALID_PARAM'],
    handle: async ({ params, body }, requester) => {
      await devices.rename(requester, params.deviceId, body.display_name);
      return {};
    },
  });
}

/** DELETE devices/{deviceId}, with the password. */
export function deleteDevice({ sessions, uia }: AccountsService): Route {
  return route({
    method: 'DELETE',
    mount: 'client',
    path: '/devices/{deviceId}',
    operation: 'deleteDevice',
    auth: 'user',
    rate: 'write',
    body: Type.Object({ auth: authSchema }),
    errors: [],
    handle: async ({ params, body, ip }, requester) => {
      await uia.require({ operation: 'deleteDevice', requester, body, target: params.deviceId, ip });
      await sessions.end(requester.user, { these: [params.deviceId] });
      return {};
    },
  });
}

/** POST delete_devices, with the password. */
export function deleteDevices({ sessions, uia }: AccountsService): Route {
  return route({
    method: 'POST',
    mount: 'client',
    path: '/delete_devices',
    operation: 'deleteDevices',
    auth: 'user',
    rate: 'write',
    body: Type.Object({ devices: Type.Array(Type.String(), { maxItems: deletionsMax }), auth: authSchema }),
    errors: ['M_MISSING_PARAM'],
    handle: async ({ body, ip }, requester) => {
      await uia.require({ operation: 'deleteDevices', requester, body, ip });
      await sessions.end(requester.user, { these: body.devices });
      return {};
    },
  });
}
