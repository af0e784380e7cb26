import { Type } from 'typebox';

import { prefixes } from '../../http/prefixes.ts';
import { route, type Route } from '../../http/route.ts';
import type { AccountsService } from '../service.ts';

/** GET v1/register/m.login.registration_token/validity. Limited as logins are, so that nobody tries tokens out. */
export function registrationTokenValidity({ registration }: AccountsService): Route {
  return route({
    method: 'GET',
    mount: prefixes.v1,
    path: '/register/m.login.registration_token/validity',
    operation: 'registrationTokenValidity',
    auth: 'none',
    rate: 'login',
    query: Type.Object({ token: Type.String() }),
    errors: ['M_FORBIDDEN', 'M_MISSING_PARAM'],
    handle: async ({ query }) => {
      registration.requireOpen();
      return { valid: await registration.isTokenValid(query.token) };
    },
  });
}
