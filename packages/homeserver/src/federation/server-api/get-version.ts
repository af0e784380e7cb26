import { prefixes } from '../../http/prefixes.ts';
import { route, type Route } from '../../http/route.ts';

/** GET /_matrix/federation/v1/version. */
export function getVersion(version: string): Route {
  return route({
    method: 'GET',
    mount: prefixes.federationV1,
    path: '/version',
    operation: 'getVersion',
    auth: 'none',
    rate: 'federation',
    errors: [],
    handle: async () => ({ server: { name: 'Hearth', version } }),
  });
}
