import { route, type Route } from '../../http/route.ts';

/** GET account/whoami. */
export function getTokenOwner(): Route {
  return route({
    method: 'GET',
    mount: 'client',
    path: '/account/whoami',
    operation: 'getTokenOwner',
    auth: 'guest',
    rate: 'read',
    errors: [],
    handle: async (_request, { userId, deviceId, isGuest }) => ({
      user_id: userId,
      ...(deviceId === '' ? {} : { device_id: deviceId }),
      is_guest: isGuest,
    }),
  });
}
