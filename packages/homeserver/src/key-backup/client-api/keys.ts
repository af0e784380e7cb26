import { type Static, Type } from 'typebox';

import { mapOf } from '../../http/map-of.ts';
import { route, type Route } from '../../http/route.ts';
import type { KeysByRoom } from '../keys.ts';
import type { KeyBackup } from '../service.ts';

/** A key has less than a kilobyte, and clients that begin a backup send hundreds at once. */
const keysBytesMax = 16 * 1024 * 1024;

const query = Type.Object({ version: Type.String() });
const keyData = Type.Object({
  first_message_index: Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER }),
  forwarded_count: Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER }),
  is_verified: Type.Boolean(),
  session_data: Type.Record(Type.String(), Type.Unknown()),
});
const roomKeys = Type.Object({ sessions: mapOf(keyData) });

const putErrors = ['M_NOT_FOUND', 'M_WRONG_ROOM_KEYS_VERSION', 'M_INVALID_PARAM', 'M_TOO_LARGE', 'M_RESOURCE_LIMIT_EXCEEDED'];
const errors = ['M_NOT_FOUND'];

/** PUT room_keys/keys. */
export function putRoomKeys({ keys }: KeyBackup): Route {
  return route({
    method: 'PUT',
    mount: 'client',
    path: '/room_keys/keys',
    operation: 'putRoomKeys',
    auth: 'user',
    rate: 'keys',
    query,
    body: Type.Object({ rooms: mapOf(roomKeys) }),
    bodyBytesMax: keysBytesMax,
    errors: putErrors,
    handle: ({ query: { version }, body }, requester) => keys.put(requester, version, body.rooms as KeysByRoom),
  });
}

/** GET room_keys/keys. */
export function getRoomKeys({ keys }: KeyBackup): Route {
  return route({
    method: 'GET',
    mount: 'client',
    path: '/room_keys/keys',
    operation: 'getRoomKeys',
    auth: 'user',
    rate: 'keys',
    query,
    errors: ['M_NOT_FOUND', 'M_TOO_LARGE'],
    handle: ({ query: { version } }, requester) => keys.all(requester, version),
  });
}

/** DELETE room_keys/keys. */
export function deleteRoomKeys({ keys }: KeyBackup): Route {
  return route({
    method: 'DELETE',
    mount: 'client',
    path: '/room_keys/keys',
    operation: 'deleteRoomKeys',
    auth: 'user',
    rate: 'keys',
    query,
    errors,
    handle: ({ query: { version } }, requester) => keys.delete(requester, version, {}),
  });
}

/** PUT room_keys/keys/{roomId}. */
export function putRoomKeysByRoomId({ keys }: KeyBackup): Route {
  return route({
    method: 'PUT',
    mount: 'client',
    path: '/room_keys/keys/{roomId}',
    operation: 'putRoomKeysByRoomId',
    auth: 'user',
    rate: 'keys',
    query,
    body: roomKeys,
    bodyBytesMax: keysBytesMax,
    errors: putErrors,
    handle: ({ params: { roomId }, query: { version }, body }, requester) =>
      keys.put(requester, version, byName(roomId, body) as KeysByRoom),
  });
}

/** GET room_keys/keys/{roomId}. */
export function getRoomKeysByRoomId({ keys }: KeyBackup): Route {
  return route({
    method: 'GET',
    mount: 'client',
    path: '/room_keys/keys/{roomId}',
    operation: 'getRoomKeysByRoomId',
    auth: 'user',
    rate: 'keys',
    query,
    errors: ['M_NOT_FOUND', 'M_TOO_LARGE'],
    handle: ({ params: { roomId }, query: { version } }, requester) => keys.ofRoom(requester, version, roomId),
  });
}

/** DELETE room_keys/keys/{roomId}. */
export function deleteRoomKeysByRoomId({ keys }: KeyBackup): Route {
  return route({
    method: 'DELETE',
    mount: 'client',
    path: '/room_keys/keys/{roomId}',
    operation: 'deleteRoomKeysByRoomId',
    auth: 'user',
    rate: 'keys',
    query,
    errors,
    handle: ({ params: { roomId }, query: { version } }, requester) => keys.delete(requester, version, { roomId }),
  });
}

/** PUT room_keys/keys/{roomId}/{sessionId}. */
export function putRoomKeyBySessionId({ keys }: KeyBackup): Route {
  return route({
    method: 'PUT',
    mount: 'client',
    path: '/room_keys/keys/{roomId}/{sessionId}',
    operation: 'putRoomKeyBySessionId',
    auth: 'user',
    rate: 'keys',
    query,
    body: keyData,
    errors: putErrors,
    handle: ({ params: { roomId, sessionId }, query: { version }, body }, requester) => {
      const sessions = byName<Static<typeof keyData>>(sessionId, body);
      return keys.put(requester, version, byName(roomId, { sessions }) as KeysByRoom);
    },
  });
}

/** GET room_keys/keys/{roomId}/{sessionId}. */
export function getRoomKeyBySessionId({ keys }: KeyBackup): Route {
  return route({
    method: 'GET',
    mount: 'client',
    path: '/room_keys/keys/{roomId}/{sessionId}',
    operation: 'getRoomKeyBySessionId',
    auth: 'user',
    rate: 'keys',
    query,
    errors,
    handle: ({ params: { roomId, sessionId }, query: { version } }, requester) => keys.one(requester, version, roomId, sessionId),
  });
}

/** DELETE room_keys/keys/{roomId}/{sessionId}. */
export function deleteRoomKeyBySessionId({ keys }: KeyBackup): Route {
  return route({
    method: 'DELETE',
    mount: 'client',
    path: '/room_keys/keys/{roomId}/{sessionId}',
    operation: 'deleteRoomKeyBySessionId',
    auth: 'user',
    rate: 'keys',
    query,
    errors,
    handle: ({ params: { roomId, sessionId }, query: { version } }, requester) => keys.delete(requester, version, { roomId, sessionId }),
  });
}

/** An object with one key, whatever its name. */
function byName<Value>(name: string, value: Value): Record<string, Value> {
  return Object.fromEntries([[name, value]]);
}
