import { route, type Route } from '../../http/route.ts';
import type { DiscoveryDeps } from '../slice.ts';

/** GET /.well-known/matrix/client: where clients find the API. */
export function getWellknown({ publicBaseurl }: DiscoveryDeps): Route {
  return route({
    method: 'GET',
    mount: ['/.well-known/matrix'],
    path: '/client',
    operation: 'getWellknown',
    auth: 'none',
    rate: 'none',
    errors: [],
    handle: async () => ({ 'm.homeserver': { base_url: publicBaseurl() } }),
  });
}
