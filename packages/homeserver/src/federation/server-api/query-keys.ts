import { Type } from 'typebox';

import { MatrixError } from '../../http/errors.ts';
import { prefixes } from '../../http/prefixes.ts';
import { route, type Route } from '../../http/route.ts';
import type { Notary, NotaryRequest } from '../keys/notary.ts';
import { parseServerName, type ServerName } from '@hearth/protocol';

/** What one question may ask for: each server in it may have to be asked. */
const serversMax = 50;
const keysPerServerMax = 20;

const criteria = Type.Object({ minimum_valid_until_ts: Type.Optional(Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER })) });
const query = Type.Object({ minimum_valid_until_ts: Type.Optional(Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER })) });
const body = Type.Object({
  server_keys: Type.Record(Type.String(), Type.Record(Type.String(), criteria, { maxProperties: keysPerServerMax }), {
    maxProperties: serversMax,
  }),
});

const common = { mount: prefixes.keyV2, auth: 'none', rate: 'keys', errors: [] } as const;

/** GET and POST /_matrix/key/v2/query: what we know of other servers' keys. */
export function queryKeys(notary: Notary): readonly Route[] {
  const answer = async (requests: readonly NotaryRequest[]) => ({ server_keys: await notary.answers(requests) });
  return [
    route({
      ...common,
      method: 'GET',
      path: '/query/{serverName}',
      operation: 'perspectivesKeyQuery',
      query,
      handle: async ({ params, query: { minimum_valid_until_ts: atTs } }) =>
        answer([{ serverName: nameOf(params.serverName), keyIds: new Map(), ...(atTs === undefined ? {} : { atTs }) }]),
    }),
    route({
      ...common,
      method: 'GET',
      path: '/query/{serverName}/{keyId}',
      operation: 'perspectivesKeyQueryOf2015',
      query,
      handle: async ({ params, query: { minimum_valid_until_ts: atTs } }) =>
        answer([{ serverName: nameOf(params.serverName), keyIds: new Map([[params.keyId, atTs]]) }]),
    }),
    route({
      ...common,
      method: 'POST',
      path: '/query',
      operation: 'bulkPerspectivesKeyQuery',
      body,
      handle: async ({ body: { server_keys: wanted } }) =>
        answer(
          Object.entries(wanted).map(([server, keys]) => ({
            serverName: nameOf(server),
            keyIds: new Map(Object.entries(keys).map(([keyId, { minimum_valid_until_ts: atTs }]) => [keyId, atTs])),
          })),
        ),
    }),
  ];
}

function nameOf(text: string): ServerName {
  const name = parseServerName(text);
  if (name === undefined) throw new MatrixError('M_INVALID_PARAM', 'That is not the name of a server.');
  return name;
}
