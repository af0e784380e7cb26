import { Type } from 'typebox';

import { route, type Route } from '../../http/route.ts';
import type { AccountsService } from '../service.ts';
import { newSession, sessionAnswer } from './session-answer.ts';

/** GET login. */
export function getLoginFlows({ login }: AccountsService): Route {
  return route({
    method: 'GET',
    mount: 'client',
    path: '/login',
    operation: 'getLoginFlows',
    auth: 'none',
    rate: 'read',
    errors: [],
    handle: async () => ({ flows: login.flows }),
  });
}

const loginBody = Type.Object({
  type: Type.String(),
  identifier: Type.Optional(Type.Object({ type: Type.String() })),
  user: Type.Optional(Type.String()),
  medium: Type.Optional(Type.String()),
  address: Type.Optional(Type.String()),
  password: Type.Optional(Type.String()),
  token: Type.Optional(Type.String()),
  device_id: Type.Optional(Type.String()),
  initial_device_display_name: Type.Optional(Type.String()),
  refresh_token: Type.Optional(Type.Boolean()),
});

/** POST login: also in the spellings of 2015, `user` and `medium` with `address`. */
export function logIn({ login }: AccountsService): Route {
  return route({
    method: 'POST',
    mount: 'client',
    path: '/login',
    operation: 'login',
    auth: 'none',
    rate: 'login',
    body: loginBody,
    errors: ['M_FORBIDDEN', 'M_USER_DEACTIVATED', 'M_USER_LOCKED', 'M_UNKNOWN', 'M_MISSING_PARAM', 'M_INVALID_PARAM'],
    handle: async (request) => {
      const { userId, issued } = await login.login(request.body, newSession(request, request.body));
      return sessionAnswer(userId, issued);
    },
  });
}
