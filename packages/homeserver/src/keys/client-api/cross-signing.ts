import { Type } from 'typebox';

import { authSchema } from '../../http/auth-schema.ts';
import { crossSigningKeyShape } from '../../http/key-shapes.ts';
import { mapOf } from '../../http/map-of.ts';
import { prefixes } from '../../http/prefixes.ts';
import { route, type Route } from '../../http/route.ts';
import type { KeysService } from '../service.ts';
import type { SignedKeys } from '../signatures.ts';

/** Some clients have kept the name from before these were specified. */
const mount = [...prefixes.v3, '/_matrix/client/unstable'];

/** POST keys/device_signing/upload, with the password unless there are no keys yet. */
export function uploadCrossSigningKeys({ crossSigning }: KeysService): Route {
  return route({
    method: 'POST',
    mount,
    path: '/keys/device_signing/upload',
    operation: 'uploadCrossSigningKeys',
    auth: 'user',
    rate: 'write',
    body: Type.Object({
      master_key: Type.Optional(crossSigningKeyShape),
      self_signing_key: Type.Optional(crossSigningKeyShape),
      user_signing_key: Type.Optional(crossSigningKeyShape),
      auth: authSchema,
    }),
    bodyNumbers: 'canonical',
    errors: ['M_MISSING_PARAM', 'M_INVALID_PARAM', 'M_INVALID_SIGNATURE', 'M_FORBIDDEN'],
    handle: async ({ body, ip }, requester) => {
      await crossSigning.upload(requester, body, ip);
      return {};
    },
  });
}

/** POST keys/signatures/upload. */
export function uploadCrossSigningSignatures({ signatures }: KeysService): Route {
  return route({
    method: 'POST',
    mount,
    path: '/keys/signatures/upload',
    operation: 'uploadCrossSigningSignatures',
    auth: 'user',
    rate: 'keys',
    body: mapOf(mapOf(Type.Object({}))),
    bodyNumbers: 'canonical',
    errors: [],
    handle: ({ body }, requester) => signatures.upload(requester, body as SignedKeys),
  });
}
