import { prefixes } from '../../http/prefixes.ts';
import { route, type Route } from '../../http/route.ts';
import type { DiscoveryDeps } from '../slice.ts';

/** GET rtc/transports (MSC4143): the media servers over which people here make calls. */
export function getRtcTransports({ livekitServices }: Pick<DiscoveryDeps, 'livekitServices'>): Route {
  return route({
    method: 'GET',
    mount: [...prefixes.v1, ...prefixes.msc4143],
    path: '/rtc/transports',
    operation: 'getRtcTransports',
    auth: 'guest',
    rate: 'read',
    errors: [],
    handle: async () => ({ rtc_transports: livekitServices.map((url) => ({ type: 'livekit', livekit_service_url: url })) }),
  });
}
