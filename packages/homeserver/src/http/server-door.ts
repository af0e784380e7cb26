import type { IncomingMessage } from 'node:http';

import type { JsonValue } from '@hearth/protocol';

/** What a request of another server is signed over, beside the two servers' names. */
export type RequestToVerify = {
  readonly method: string;
  /** As it stands in the request line. */
  readonly uri: string;
  /** The body; absent where there is none. */
  readonly content: JsonValue | undefined;
};

/** Who a request says that it comes from, before that was looked into. */
export type ServerClaim = {
  readonly origin: string;
  /** Throws a `MatrixError` unless the server has signed this request. */
  readonly verify: (request: RequestToVerify) => Promise<void>;
};

/** How the edge finds out which other server asks. */
export type ServerDoor = {
  /** Looks at the headers alone; throws a `MatrixError` for what needs no look at the signature. */
  readonly claimOf: (authorization: readonly string[]) => ServerClaim;
};

/** Each Authorization header: a server may sign with several keys, and Node would show only the first. */
export function authorizationsOf({ rawHeaders }: IncomingMessage): readonly string[] {
  return rawHeaders.flatMap((name, index) =>
    index % 2 === 0 && name.length === 'authorization'.length && name.toLowerCase() === 'authorization'
      ? [(rawHeaders[index + 1] ?? '').trim()]
      : [],
  );
}
