import { Type } from 'typebox';

import { MatrixError } from '../../http/errors.ts';
import { route, type Route } from '../../http/route.ts';
import type { RoomsService } from '../service.ts';
import { empty, targetBody } from './bodies.ts';

/** POST rooms/{roomId}/kick. */
export function kick({ memberships }: RoomsService): Route {
  return route({
    ...memberChange,
    path: '/rooms/{roomId}/kick',
    operation: 'kick',
    handle: async ({ params, body }, requester) => {
      await memberships.kick(params.roomId, requester, body.user_id, body);
      return empty;
    },
  });
}

/** POST rooms/{roomId}/ban. */
export function ban({ memberships }: RoomsService): Route {
  return route({
    ...memberChange,
    path: '/rooms/{roomId}/ban',
    operation: 'ban',
    handle: async ({ params, body }, requester) => {
      await memberships.ban(params.roomId, requester, body.user_id, body);
      return empty;
    },
  });
}

/** POST rooms/{roomId}/unban. */
export function unban({ memberships }: RoomsService): Route {
  return route({
    ...memberChange,
    path: '/rooms/{roomId}/unban',
    operation: 'unban',
    handle: async ({ params, body }, requester) => {
      await memberships.unban(params.roomId, requester, body.user_id, body);
      return empty;
    },
  });
}

const inviteBody = Type.Object({
  user_id: Type.Optional(Type.String()),
  reason: Type.Optional(Type.String()),
  id_server: Type.Optional(Type.String()),
  id_access_token: Type.Optional(Type.String()),
  medium: Type.Optional(Type.String()),
  address: Type.Optional(Type.String()),
});

/** POST rooms/{roomId}/invite, by user id. By e-mail address it needs an identity service, which is not there yet. */
export function inviteUser({ memberships }: RoomsService): Route {
  return route({
    method: 'POST',
    mount: 'client',
    path: '/rooms/{roomId}/invite',
    operation: 'inviteUser',
    auth: 'user',
    rate: 'invite',
    body: inviteBody,
    errors: ['M_FORBIDDEN', 'M_INVITE_BLOCKED', 'M_MISSING_PARAM', 'M_INVALID_PARAM', 'M_UNKNOWN'],
    handle: async ({ params, body }, requester) => {
      if (body.user_id === undefined) {
        if (body.medium === undefined && body.address === undefined) throw new MatrixError('M_MISSING_PARAM', 'The body lacks user_id.');
        throw new MatrixError('M_UNKNOWN', 'Invitations by e-mail address or phone number are not offered by this server.');
      }
      await memberships.invite(params.roomId, requester, body.user_id, body);
      return empty;
    },
  });
}

const memberChange = {
  method: 'POST',
  mount: 'client',
  auth: 'user',
  rate: 'write',
  body: targetBody,
  errors: ['M_FORBIDDEN', 'M_MISSING_PARAM', 'M_INVALID_PARAM'],
} as const;
