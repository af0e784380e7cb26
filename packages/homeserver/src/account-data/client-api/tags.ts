import { Type } from 'typebox';

import { MatrixError } from '../../http/errors.ts';
import { route, type Route } from '../../http/route.ts';
import type { Tags } from '../tags.ts';
import type { JsonObject } from '@hearth/protocol';

/** More than an order and a few keys of a client's own can need. */
const bodyBytesMax = 16 * 1024;
const errors = ['M_FORBIDDEN', 'M_NOT_FOUND', 'M_INVALID_PARAM', 'M_BAD_JSON'];

/** GET user/{userId}/rooms/{roomId}/tags. */
export function getRoomTags(tags: Tags): Route {
  return route({
    method: 'GET',
    mount: 'client',
    path: '/user/{userId}/rooms/{roomId}/tags',
    operation: 'getRoomTags',
    auth: 'user',
    rate: 'read',
    errors,
    handle: async ({ params }, requester) => ({ tags: await tags.all(requester, params.userId, params.roomId) }),
  });
}

/** PUT user/{userId}/rooms/{roomId}/tags/{tag}. */
export function setRoomTag(tags: Tags): Route {
  return route({
    method: 'PUT',
    mount: 'client',
    path: '/user/{userId}/rooms/{roomId}/tags/{tag}',
    operation: 'setRoomTag',
    auth: 'user',
    rate: 'write',
    body: Type.Object({ order: Type.Optional(Type.Union([Type.Number(), Type.String()])) }),
    bodyBytesMax,
    errors,
    handle: async ({ params, body }, requester) => {
      await tags.put(requester, params.userId, params.roomId, params.tag, withNumber(body));
      return {};
    },
  });
}

/** DELETE user/{userId}/rooms/{roomId}/tags/{tag}. */
export function deleteRoomTag(tags: Tags): Route {
  return route({
    method: 'DELETE',
    mount: 'client',
    path: '/user/{userId}/rooms/{roomId}/tags/{tag}',
    operation: 'deleteRoomTag',
    auth: 'user',
    rate: 'write',
    errors,
    handle: async ({ params }, requester) => {
      await tags.remove(requester, params.userId, params.roomId, params.tag);
      return {};
    },
  });
}

/** Clients of 2015 write the order as a text. */
function withNumber(about: JsonObject): JsonObject {
  const { order } = about;
  if (typeof order !== 'string') return about;
  if (!/^-?\d{1,15}(\.\d{1,17})?$/.test(order)) throw new MatrixError('M_BAD_JSON', 'The order of a tag must be a number.');
  return { ...about, order: Number(order) };
}
