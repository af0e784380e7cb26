import { Type } from 'typebox';

import { authSchema } from '../../http/auth-schema.ts';
import { route, type Route } from '../../http/route.ts';
import type { AccountsService } from '../service.ts';
import { newSession, sessionAnswer } from './session-answer.ts';

const registerBody = Type.Object({
  auth: authSchema,
  username: Type.Optional(Type.String()),
  password: Type.Optional(Type.String()),
  device_id: Type.Optional(Type.String()),
  initial_device_display_name: Type.Optional(Type.String()),
  inhibit_login: Type.Optional(Type.Boolean()),
  refresh_token: Type.Optional(Type.Boolean()),
  guest_access_token: Type.Optional(Type.String()),
});

const registerQuery = Type.Object({ kind: Type.Optional(Type.Union([Type.Literal('user'), Type.Literal('guest')])) });

/** POST register, also that of v2_alpha. The names of 2015's v1 are in register-2015.ts. */
export function register({ registration, uia }: AccountsService): Route {
  return route({
    method: 'POST',
    mount: 'client',
    path: '/register',
    operation: 'register',
    auth: 'none',
    rate: 'register',
    query: registerQuery,
    body: registerBody,
    errors: [
      'M_FORBIDDEN',
      'M_GUEST_ACCESS_FORBIDDEN',
      'M_USER_IN_USE',
      'M_INVALID_USERNAME',
      'M_EXCLUSIVE',
      'M_WEAK_PASSWORD',
      'M_MISSING_PARAM',
      'M_INVALID_PARAM',
      'M_UNKNOWN',
    ],
    handle: async (request) => {
      const { body, query, ip } = request;
      if (query.kind === 'guest') {
        // Of all else that a guest may send the server takes no notice.
        const { initial_device_display_name: name } = body;
        const { userId, issued } = await registration.registerGuest(newSession(request, { initial_device_display_name: name }));
        return sessionAnswer(userId, issued);
      }
      registration.requireOpen();
      const { username: name, password } = body;
      const guestToken = body.guest_access_token;
      const guest = guestToken === undefined ? undefined : await registration.guestOf(guestToken, name, password);
      if (!guest) await registration.check({ name, password });
      const session = body.inhibit_login === true ? undefined : newSession(request, body);
      const proof = await uia.require({ operation: 'register', requester: undefined, body, flows: registration.flows, ip });
      const { userId, issued } = guest
        ? await registration.upgrade(guest, password ?? '', session, proof)
        : await registration.register({ name, password, session }, proof);
      return sessionAnswer(userId, issued);
    },
  });
}

/** GET register/available. Where nobody may register it tells nothing, so that user names cannot be tried out. */
export function checkUsernameAvailability({ registration }: AccountsService): Route {
  return route({
    method: 'GET',
    mount: 'client',
    path: '/register/available',
    operation: 'checkUsernameAvailability',
    auth: 'none',
    rate: 'search',
    query: Type.Object({ username: Type.String() }),
    errors: ['M_USER_IN_USE', 'M_INVALID_USERNAME', 'M_EXCLUSIVE', 'M_FORBIDDEN'],
    handle: async ({ query }) => {
      registration.requireOpen();
      await registration.requireFree(query.username);
      return { available: true };
    },
  });
}
