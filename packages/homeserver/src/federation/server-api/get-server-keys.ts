import { prefixes } from '../../http/prefixes.ts';
import { route, type Route } from '../../http/route.ts';
import type { OwnKeys } from '../identity/own-keys.ts';

const common = { method: 'GET', mount: prefixes.keyV2, operation: 'getServerKey', auth: 'none', rate: 'federation', errors: [] } as const;

/**
 * GET /_matrix/key/v2/server: our keys. Servers of 2015 name the key that they want; all are told, since an answer is signed as a whole.
 */
export function getServerKeys(ownKeys: OwnKeys, domain: string): readonly Route[] {
  return [
    route({ ...common, path: '/server', handle: async () => ownKeys.answer(domain) }),
    route({ ...common, path: '/server/{keyId}', operation: 'getServerKeyOf2015', handle: async () => ownKeys.answer(domain) }),
  ];
}
