import { Type } from 'typebox';

import { MatrixError } from '../../http/errors.ts';
import { prefixes } from '../../http/prefixes.ts';
import { route, type Route } from '../../http/route.ts';
import type { Transactions } from '../inbound/transactions.ts';
import type { JsonValue } from '@hearth/protocol';

/** https://spec.matrix.org/v1.19/server-server-api/#transactions */
const pdusMax = 50;
const edusMax = 100;
/** Fifty events of the greatest size are a quarter of it. */
const transactionBytesMax = 13 * 1024 * 1024;
const txnIdLengthMax = 255;

const body = Type.Object({
  origin: Type.String(),
  origin_server_ts: Type.Integer(),
  pdus: Type.Array(Type.Object({}), { maxItems: pdusMax }),
  edus: Type.Optional(Type.Array(Type.Object({}), { maxItems: edusMax })),
});

/** PUT /_matrix/federation/v1/send/{txnId}. */
export function sendTransaction(transactions: Transactions): Route {
  return route({
    method: 'PUT',
    mount: prefixes.federationV1,
    path: '/send/{txnId}',
    operation: 'sendTransaction',
    auth: 'server',
    rate: 'federation',
    body,
    bodyBytesMax: transactionBytesMax,
    errors: ['M_FORBIDDEN'],
    handle: async ({ params: { txnId }, body: { origin, pdus } }, { serverName }) => {
      if (origin !== serverName) throw new MatrixError('M_FORBIDDEN', 'The transaction is not of the server that sends it.');
      if (txnId.length > txnIdLengthMax)
        throw new MatrixError('M_INVALID_PARAM', `A transaction id may have at most ${txnIdLengthMax} characters.`);
      return transactions.receive(serverName, txnId, pdus as readonly JsonValue[]);
    },
  });
}
