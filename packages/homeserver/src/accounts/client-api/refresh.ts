import { Type } from 'typebox';

import { MatrixError } from '../../http/errors.ts';
import { prefixes } from '../../http/prefixes.ts';
import { route, type Route } from '../../http/route.ts';
import type { AccountsService } from '../service.ts';
import { tokenAnswer } from './session-answer.ts';

const refreshBody = Type.Object({ refresh_token: Type.String() });

/** POST refresh. */
export function refresh({ sessions }: AccountsService): Route {
  return route({
    method: 'POST',
    mount: prefixes.v3,
    path: '/refresh',
    operation: 'refresh',
    auth: 'none',
    rate: 'login',
    body: refreshBody,
    errors: ['M_UNKNOWN_TOKEN', 'M_USER_LOCKED', 'M_MISSING_PARAM'],
    handle: async ({ body }) => {
      const issued = await sessions.refresh(body.refresh_token);
      if (!issued)
        throw new MatrixError('M_UNKNOWN_TOKEN', 'This refresh token is not known, or has been used.', { extra: { soft_logout: true } });
      return tokenAnswer(issued);
    },
  });
}

/** POST tokenrefresh of 2015. An access token in the query is not looked at: it has mostly expired. */
export function refreshTokenOf2015({ sessions }: AccountsService): Route {
  return route({
    method: 'POST',
    mount: [...prefixes.api2015v1, ...prefixes.api2015v2],
    path: '/tokenrefresh',
    operation: 'refreshTokenOf2015',
    auth: 'none',
    rate: 'login',
    body: refreshBody,
    errors: ['M_FORBIDDEN', 'M_USER_LOCKED', 'M_MISSING_PARAM'],
    handle: async ({ body }) => {
      const issued = await sessions.refresh(body.refresh_token);
      if (!issued) throw new MatrixError('M_FORBIDDEN', 'This refresh token is not known, or has been used.');
      return tokenAnswer(issued);
    },
  });
}
