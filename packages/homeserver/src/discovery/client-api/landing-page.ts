import { route, type Route } from '../../http/route.ts';
import { landingPage } from '../landing-page.ts';
import type { DiscoveryDeps } from '../slice.ts';

/** GET /: says to people that a server runs here, and how to use it. */
export function getLandingPage({ publicBaseurl, serverName, version, registration, hasAccounts }: DiscoveryDeps): Route {
  return route({
    method: 'GET',
    mount: ['/'],
    path: '/',
    operation: 'getLandingPage',
    auth: 'none',
    rate: 'read',
    errors: [],
    handle: async () => ({
      html: landingPage({ serverName, version, registration, baseUrl: publicBaseurl(), hasAccounts: await hasAccounts() }),
    }),
  });
}
