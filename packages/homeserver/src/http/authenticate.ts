import type { IncomingMessage } from 'node:http';

import { MatrixError } from './errors.ts';
import type { Authentication, Requester } from './route.ts';

/** What is known of a request before it is known who asks. */
export type TokenUse = {
  readonly ip: string;
  readonly userAgent: string | undefined;
  readonly query: ReadonlyMap<string, readonly string[]>;
  /** The operation is one that a locked account still may use. */
  readonly openToLocked?: boolean;
};

/**
 * Finds out whose token it is; undefined for an unknown one. It throws a `MatrixError` where the answer is not a plain
 * M_UNKNOWN_TOKEN: a soft logout, a locked account.
 */
export type TokenLookup = (token: string, use: TokenUse) => Promise<Requester | undefined> | Requester | undefined;

/** Longest token that is looked up. Ours have 43 characters; those of bridges are what their owners chose. */
const tokenLengthMax = 1024;

/** The token of a request: `Authorization: Bearer …`, or `access_token` in the query. Undefined if there is none. */
export function tokenOf(request: IncomingMessage, query: ReadonlyMap<string, readonly string[]>): string | undefined {
  const header = request.headers.authorization;
  const inQuery = query.get('access_token');
  if (header !== undefined) {
    if (/^(bearer\s*)?$/i.test(header)) throw new MatrixError('M_MISSING_TOKEN');
    const match = /^bearer +(\S+)\s*$/i.exec(header);
    if (match?.[1] === undefined) throw new MatrixError('M_UNKNOWN_TOKEN', 'The Authorization header must have the form "Bearer <token>".');
    // A different token in the query would leave open who is asking.
    if (inQuery?.some((token) => token !== match[1]) === true)
      throw new MatrixError('M_UNKNOWN_TOKEN', 'Header and query hold different tokens.');
    return checked(match[1]);
  }
  if (inQuery === undefined) return undefined;
  if (inQuery.length > 1) throw new MatrixError('M_UNKNOWN_TOKEN', 'The query holds more than one access_token.');
  if (inQuery[0] === '') throw new MatrixError('M_MISSING_TOKEN');
  return checked(inQuery[0] ?? '');
}

function checked(token: string): string {
  if (!/^[\u0021-\u007E]+$/.test(token) || token.length > tokenLengthMax) throw new MatrixError('M_UNKNOWN_TOKEN');
  return token;
}

/** Who asks, or the error that says why they may not. */
export async function authenticate(
  auth: Exclude<Authentication, 'none' | 'server'>,
  token: string | undefined,
  use: TokenUse,
  lookup: TokenLookup,
): Promise<Requester | undefined> {
  if (token === undefined) {
    if (auth === 'optional') return undefined;
    throw new MatrixError('M_MISSING_TOKEN');
  }
  const requester = await lookup(token, use);
  if (requester === undefined) throw new MatrixError('M_UNKNOWN_TOKEN');
  if (auth === 'user' && requester.isGuest) throw new MatrixError('M_GUEST_ACCESS_FORBIDDEN');
  if (auth === 'admin' && !requester.isAdmin) throw new MatrixError('M_FORBIDDEN', 'Only administrators of this server may do this.');
  return requester;
}
