import { route, type Route } from '../../http/route.ts';
import type { DiscoveryDeps } from '../slice.ts';

/** GET /.well-known/matrix/client: where clients find the API. */
export function getWellknown({ publicBaseurl, livekitServices }: DiscoveryDeps): Route {
  const foci = livekitServices.map((url) => ({ type: 'livekit', livekit_service_url: url }));
  return route({
    method: 'GET',
    mount: ['/.well-known/matrix'],
    path: '/client',
    operation: 'getWellknown',
    auth: 'none',
    rate: 'none',
    errors: [],
    handle: async () => ({
      'm.homeserver': { base_url: publicBaseurl() },
      ...(foci.length > 0 && { 'org.matrix.msc4143.rtc_foci': foci }),
    }),
  });
}
