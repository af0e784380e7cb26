import { MatrixError } from '../../http/errors.ts';
import { prefixes } from '../../http/prefixes.ts';
import { route, type Route } from '../../http/route.ts';

/**
 * GET /.well-known/matrix/server: where servers find this one. All listeners speak all APIs, so that it is where clients find it; without
 * a public address that servers could use there is nothing to say, and they look for the server at its own name.
 */
export function getServerWellKnown(publicBaseurl: () => string): Route {
  return route({
    method: 'GET',
    mount: prefixes.wellKnown,
    path: '/server',
    operation: 'getWellKnown',
    auth: 'none',
    rate: 'none',
    errors: ['M_NOT_FOUND'],
    handle: async () => {
      const { protocol, hostname, port } = new URL(publicBaseurl());
      if (protocol !== 'https:') throw new MatrixError('M_NOT_FOUND', 'This server says nothing of where other servers find it.');
      return { 'm.server': `${hostname}:${port === '' ? '443' : port}` };
    },
  });
}
