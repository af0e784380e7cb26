import { Type } from 'typebox';

import { route, type Route } from '../../http/route.ts';
import type { TimelineService } from '../service.ts';

/** GET rooms/{roomId}/members. */
export function getMembersByRoom({ reader }: TimelineService): Route {
  return route({
    method: 'GET',
    mount: 'client',
    path: '/rooms/{roomId}/members',
    operation: 'getMembersByRoom',
    auth: 'guest',
    rate: 'read',
    query: Type.Object({
      at: Type.Optional(Type.String()),
      membership: Type.Optional(Type.String()),
      not_membership: Type.Optional(Type.String()),
    }),
    errors: ['M_FORBIDDEN', 'M_INVALID_PARAM', 'M_BAD_PAGINATION'],
    handle: async ({ params, query, generation }, requester) => ({
      chunk: await reader.members(requester, params.roomId, query, generation),
    }),
  });
}

/** GET rooms/{roomId}/joined_members. */
export function getJoinedMembersByRoom({ reader }: TimelineService): Route {
  return route({
    method: 'GET',
    mount: 'client',
    path: '/rooms/{roomId}/joined_members',
    operation: 'getJoinedMembersByRoom',
    auth: 'user',
    rate: 'read',
    errors: ['M_FORBIDDEN'],
    handle: async ({ params }, requester) => ({ joined: await reader.joinedMembers(requester, params.roomId) }),
  });
}
