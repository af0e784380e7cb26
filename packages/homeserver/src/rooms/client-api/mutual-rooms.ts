import { Type } from 'typebox';

import { prefixes } from '../../http/prefixes.ts';
import { route, type Route } from '../../http/route.ts';
import type { RoomsService } from '../service.ts';

const query = Type.Object({ user_id: Type.String(), from: Type.Optional(Type.String()) });

/** GET v1/mutual_rooms. */
export function getMutualRooms({ mutualRooms }: RoomsService): Route {
  return route({
    ...mutualRoomsRoute,
    mount: prefixes.v1,
    path: '/mutual_rooms',
    operation: 'getMutualRooms',
    query,
    handle: async (request, requester) => mutualRooms(requester, request.query.user_id, request.query.from),
  });
}

/** The same before it was stable, when the tokens had other names. */
export function getMutualRoomsUnstable({ mutualRooms }: RoomsService): Route {
  return route({
    ...mutualRoomsRoute,
    mount: prefixes.msc2666,
    path: '/user/mutual_rooms',
    operation: 'getMutualRoomsUnstable',
    query: Type.Object({ ...query.properties, batch_token: Type.Optional(Type.String()) }),
    handle: async (request, requester) => {
      const answer = await mutualRooms(requester, request.query.user_id, request.query.from ?? request.query.batch_token);
      return answer.next_batch === undefined ? answer : { ...answer, next_batch_token: answer.next_batch };
    },
  });
}

const mutualRoomsRoute = { method: 'GET', auth: 'user', rate: 'search', errors: ['M_INVALID_PARAM'] } as const;
