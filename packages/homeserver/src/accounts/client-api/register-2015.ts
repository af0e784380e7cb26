import { Type } from 'typebox';

import { MatrixError } from '../../http/errors.ts';
import { prefixes } from '../../http/prefixes.ts';
import { route, type Route } from '../../http/route.ts';
import type { AccountsService } from '../service.ts';
import { newSession, sessionAnswer } from './session-answer.ts';

/** Types of registration in one step, by the server's mode: the first is what the walk-throughs of 2015 send. */
const types = { open: ['m.login.password', 'm.login.dummy'], token: ['m.login.registration_token'], closed: [] } as const;

/** GET register of 2015: what kinds of registration there are. */
export function getRegisterFlowsOf2015({ registration }: AccountsService): Route {
  return route({
    method: 'GET',
    mount: prefixes.api2015v1,
    path: '/register',
    operation: 'getRegisterFlowsOf2015',
    auth: 'none',
    rate: 'read',
    errors: ['M_FORBIDDEN'],
    handle: async () => {
      registration.requireOpen();
      return { flows: types[registration.mode].map((type) => ({ type })) };
    },
  });
}

const registerBody = Type.Object({
  type: Type.String(),
  user: Type.Optional(Type.String()),
  password: Type.Optional(Type.String()),
  token: Type.Optional(Type.String()),
  refresh_token: Type.Optional(Type.Boolean()),
});

/** POST register of 2015, in one step. Without a user name one is invented, without a password only the token opens the account. */
export function registerOf2015({ registration }: AccountsService): Route {
  return route({
    method: 'POST',
    mount: prefixes.api2015v1,
    path: '/register',
    operation: 'registerOf2015',
    auth: 'none',
    rate: 'register',
    body: registerBody,
    errors: ['M_FORBIDDEN', 'M_USER_IN_USE', 'M_INVALID_USERNAME', 'M_EXCLUSIVE', 'M_WEAK_PASSWORD', 'M_MISSING_PARAM', 'M_UNKNOWN'],
    handle: async (request) => {
      const { type, user: name, password, token } = request.body;
      registration.requireOpen();
      if (!types[registration.mode].some((known) => known === type)) throw new MatrixError('M_UNKNOWN', 'Bad login type.');
      await registration.check({ name, password });
      const registrationToken = registration.mode === 'token' ? (token ?? '') : undefined;
      if (registrationToken !== undefined && !(await registration.isTokenValid(registrationToken))) {
        throw new MatrixError('M_FORBIDDEN', 'This registration token is not valid, or has been used up.');
      }
      const session = newSession(request, { refresh_token: request.body.refresh_token });
      const { userId, issued } = await registration.register({ name, password, session }, { registrationToken });
      return sessionAnswer(userId, issued);
    },
  });
}
