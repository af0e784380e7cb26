import { Type } from 'typebox';

import { mapOf } from '../../http/map-of.ts';
import { route, type Route } from '../../http/route.ts';
import type { KeysService } from '../service.ts';

/** Most users, and devices of each, that one request may ask for. */
const usersMax = 5_000;
const devicesMax = 1_000;

const deviceKeys = mapOf(Type.Array(Type.String(), { maxItems: devicesMax }));

/** POST keys/query. */
export function queryKeys({ queries }: KeysService): Route {
  return route({
    method: 'POST',
    mount: 'client',
    path: '/keys/query',
    operation: 'queryKeys',
    auth: 'guest',
    rate: 'keys',
    body: Type.Object({ device_keys: { ...deviceKeys, maxProperties: usersMax }, timeout: Type.Optional(Type.Integer()) }),
    errors: ['M_INVALID_PARAM'],
    handle: ({ body }, requester) => queries.query(requester, body.device_keys),
  });
}
