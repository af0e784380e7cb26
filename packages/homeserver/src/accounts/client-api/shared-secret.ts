import { Type } from 'typebox';

import { prefixes } from '../../http/prefixes.ts';
import { route, type Route } from '../../http/route.ts';
import type { AccountsService } from '../service.ts';
import { newSession, sessionAnswer } from './session-answer.ts';

/** GET /_synapse/admin/v1/register: a nonce. */
export function getRegistrationNonce({ sharedSecret }: AccountsService): Route {
  return route({
    method: 'GET',
    mount: prefixes.synapseAdmin,
    path: '/register',
    operation: 'getRegistrationNonce',
    auth: 'none',
    rate: 'admin',
    errors: ['M_UNKNOWN'],
    handle: async () => ({ nonce: sharedSecret.nonce() }),
  });
}

const sharedSecretBody = Type.Object({
  nonce: Type.String(),
  username: Type.String(),
  password: Type.String(),
  displayname: Type.Optional(Type.String()),
  admin: Type.Optional(Type.Boolean()),
  user_type: Type.Optional(Type.String()),
  mac: Type.String(),
});

/** POST /_synapse/admin/v1/register: an account for who knows the secret. */
export function registerWithSharedSecret({ sharedSecret }: AccountsService): Route {
  return route({
    method: 'POST',
    mount: prefixes.synapseAdmin,
    path: '/register',
    operation: 'registerWithSharedSecret',
    auth: 'none',
    rate: 'admin',
    body: sharedSecretBody,
    errors: ['M_FORBIDDEN', 'M_UNKNOWN', 'M_USER_IN_USE', 'M_INVALID_USERNAME', 'M_WEAK_PASSWORD', 'M_MISSING_PARAM'],
    handle: async (request) => {
      const { userId, issued } = await sharedSecret.register(request.body, newSession(request, {}));
      return sessionAnswer(userId, issued);
    },
  });
}
