import { Type } from 'typebox';

import { mapOf } from '../../http/map-of.ts';
import { route, type Route } from '../../http/route.ts';
import type { KeysService } from '../service.ts';

const body = Type.Object({ one_time_keys: mapOf(mapOf(Type.String())), timeout: Type.Optional(Type.Integer()) });

/** POST keys/claim. */
export function claimKeys({ claims }: KeysService): Route {
  return route({
    method: 'POST',
    mount: 'client',
    path: '/keys/claim',
    operation: 'claimKeys',
    auth: 'guest',
    rate: 'keys',
    body,
    errors: ['M_INVALID_PARAM'],
    handle: (request) => claims.claim(request.body.one_time_keys),
  });
}
