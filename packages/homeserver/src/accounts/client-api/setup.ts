import { Type } from 'typebox';

import { MatrixError } from '../../http/errors.ts';
import { prefixes } from '../../http/prefixes.ts';
import { Reply } from '../../http/reply.ts';
import { route, type Route } from '../../http/route.ts';
import { setupDone, type SetupForm, setupForm, setupRefused } from '../pages/setup-page.ts';
import type { AccountsService } from '../service.ts';

/** GET /setup?token=…: the form that makes the first administrator. */
export function showSetup({ setup, serverName }: AccountsService): Route {
  return route({
    method: 'GET',
    mount: prefixes.root,
    path: '/setup',
    operation: 'showSetup',
    auth: 'none',
    rate: 'login',
    query: Type.Object({ token: Type.Optional(Type.String()) }),
    errors: [],
    handle: async ({ query: { token = '' } }) =>
      (await setup.isValid(token)) ? new Reply(200, setupForm({ serverName, token, user: '', wrong: {} })) : new Reply(403, setupRefused()),
  });
}

const setupBody = Type.Object({ token: Type.String(), user: Type.String(), password: Type.String(), password2: Type.String() });

/** POST /setup: the form, filled in. What is wrong stands beside its field. */
export function finishSetup({ setup, serverName, baseUrl }: AccountsService): Route {
  return route({
    method: 'POST',
    mount: prefixes.root,
    path: '/setup',
    operation: 'finishSetup',
    auth: 'none',
    rate: 'login',
    body: setupBody,
    bodyFormat: 'form',
    bodyBytesMax: 16 * 1024,
    errors: ['M_MISSING_PARAM'],
    handle: async ({ body: { token, user, password, password2 } }) => {
      const again = (wrong: SetupForm['wrong']): Reply => new Reply(400, setupForm({ serverName, token, user, wrong }));
      if (!(await setup.isValid(token))) return new Reply(403, setupRefused());
      if (password !== password2) return again({ password2: 'The two passwords differ.' });
      try {
        const userId = await setup.createAdministrator(token, user.trim(), password);
        return new Reply(200, setupDone({ serverName, userId, baseUrl: baseUrl() }));
      } catch (error) {
        if (!(error instanceof MatrixError)) throw error;
        if (error.errcode === 'M_FORBIDDEN') return new Reply(403, setupRefused());
        if (error.errcode === 'M_WEAK_PASSWORD' || error.errcode === 'M_INVALID_PARAM') return again({ password: error.message });
        if (error.status === 400) return again({ user: error.message });
        throw error;
      }
    },
  });
}
