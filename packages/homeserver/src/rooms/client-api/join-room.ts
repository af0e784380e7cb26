import { Type } from 'typebox';

import { mapOf } from '../../http/map-of.ts';
import { route, type Route } from '../../http/route.ts';
import type { RoomsService } from '../service.ts';

/** What an identity server signed. Its form is checked; it opens no room as long as this server knows no identity servers. */
const thirdPartySigned = Type.Object({
  sender: Type.String(),
  mxid: Type.String(),
  token: Type.String(),
  signatures: mapOf(mapOf(Type.String())),
});

const body = Type.Object({ reason: Type.Optional(Type.String()), third_party_signed: Type.Optional(thirdPartySigned) });

/** POST rooms/{roomId}/join. In 2015 the path could hold an alias; it still can. */
export function joinRoomById({ memberships }: RoomsService): Route {
  return route({
    method: 'POST',
    mount: 'client',
    path: '/rooms/{roomId}/join',
    operation: 'joinRoomById',
    auth: 'guest',
    rate: 'join',
    body,
    bodyNumbers: 'canonical',
    errors: ['M_FORBIDDEN', 'M_GUEST_ACCESS_FORBIDDEN', 'M_NOT_FOUND', 'M_UNABLE_TO_GRANT_JOIN', 'M_INVALID_PARAM'],
    handle: async (request, requester) => ({ room_id: await memberships.join(request.params.roomId, requester, request.body) }),
  });
}

/** POST join/{roomIdOrAlias}. `via` names servers to ask; rooms of this server need none. */
export function joinRoom({ memberships }: RoomsService): Route {
  return route({
    method: 'POST',
    mount: 'client',
    path: '/join/{roomIdOrAlias}',
    operation: 'joinRoom',
    auth: 'guest',
    rate: 'join',
    body,
    bodyNumbers: 'canonical',
    errors: ['M_FORBIDDEN', 'M_GUEST_ACCESS_FORBIDDEN', 'M_NOT_FOUND', 'M_UNABLE_TO_GRANT_JOIN', 'M_INVALID_PARAM'],
    handle: async (request, requester) => ({ room_id: await memberships.join(request.params.roomIdOrAlias, requester, request.body) }),
  });
}
