import { Type } from 'typebox';

import { route, type Route } from '../../http/route.ts';
import type { KeyBackup } from '../service.ts';
import type { BackupInfo } from '../versions.ts';

const info = { algorithm: Type.String(), auth_data: Type.Record(Type.String(), Type.Unknown()) };

/** POST room_keys/version. */
export function postRoomKeysVersion({ versions }: KeyBackup): Route {
  return route({
    method: 'POST',
    mount: 'client',
    path: '/room_keys/version',
    operation: 'postRoomKeysVersion',
    auth: 'user',
    rate: 'write',
    body: Type.Object(info),
    errors: ['M_INVALID_PARAM', 'M_TOO_LARGE', 'M_RESOURCE_LIMIT_EXCEEDED'],
    handle: async ({ body }, requester) => ({ version: await versions.create(requester, body as BackupInfo) }),
  });
}

/** GET room_keys/version: the newest. */
export function getRoomKeysVersionCurrent({ versions }: KeyBackup): Route {
  return route({
    method: 'GET',
    mount: 'client',
    path: '/room_keys/version',
    operation: 'getRoomKeysVersionCurrent',
    auth: 'user',
    rate: 'read',
    errors: ['M_NOT_FOUND'],
    handle: (_request, requester) => versions.show(requester),
  });
}

/** GET room_keys/version/{version}. */
export function getRoomKeysVersion({ versions }: KeyBackup): Route {
  return route({
    method: 'GET',
    mount: 'client',
    path: '/room_keys/version/{version}',
    operation: 'getRoomKeysVersion',
    auth: 'user',
    rate: 'read',
    errors: ['M_NOT_FOUND'],
    handle: ({ params }, requester) => versions.show(requester, params.version),
  });
}

/** PUT room_keys/version/{version}. */
export function putRoomKeysVersion({ versions }: KeyBackup): Route {
  return route({
    method: 'PUT',
    mount: 'client',
    path: '/room_keys/version/{version}',
    operation: 'putRoomKeysVersion',
    auth: 'user',
    rate: 'write',
    body: Type.Object({ ...info, version: Type.Optional(Type.String()) }),
    errors: ['M_INVALID_PARAM', 'M_TOO_LARGE', 'M_NOT_FOUND'],
    handle: async ({ params, body }, requester) => {
      await versions.update(requester, params.version, body as BackupInfo, body.version);
      return {};
    },
  });
}

/** DELETE room_keys/version/{version}. */
export function deleteRoomKeysVersion({ versions }: KeyBackup): Route {
  return route({
    method: 'DELETE',
    mount: 'client',
    path: '/room_keys/version/{version}',
    operation: 'deleteRoomKeysVersion',
    auth: 'user',
    rate: 'write',
    errors: ['M_NOT_FOUND'],
    handle: async ({ params }, requester) => {
      await versions.delete(requester, params.version);
      return {};
    },
  });
}
