import { prefixes } from '../../http/prefixes.ts';
import { route, type Route } from '../../http/route.ts';
import type { OldMessages } from '../service.ts';

/** GET retention/configuration, of MSC1763. */
export function getRetentionConfiguration(messages: OldMessages): Route {
  return route({
    method: 'GET',
    mount: prefixes.msc1763,
    path: '/retention/configuration',
    operation: 'getRetentionConfiguration',
    auth: 'guest',
    rate: 'read',
    errors: [],
    handle: async () => messages.configuration(),
  });
}
