import { route, type Route } from '../../http/route.ts';
import type { AccountsService } from '../service.ts';

/** POST logout: the token's device ends with it. */
export function logOut({ sessions }: AccountsService): Route {
  return route({
    method: 'POST',
    mount: 'client',
    path: '/logout',
    operation: 'logout',
    auth: 'guest',
    rate: 'write',
    errors: [],
    handle: async (_request, { user, deviceId }) => {
      await sessions.end(user, { these: [deviceId] });
      return {};
    },
  });
}

/** POST logout/all. */
export function logOutAll({ sessions }: AccountsService): Route {
  return route({
    method: 'POST',
    mount: 'client',
    path: '/logout/all',
    operation: 'logout_all',
    auth: 'guest',
    rate: 'write',
    errors: [],
    handle: async (_request, { user }) => {
      await sessions.end(user, { allBut: '' });
      return {};
    },
  });
}
