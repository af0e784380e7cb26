import { hash } from 'node:crypto';

import type { Random } from '@hearth/kit';

/** SECURITY: 256 bits of the operating system's randomness; 43 characters. Tokens tell nothing, so they can be looked up only. */
const tokenBits = 256;

/** What is given to the client, and what is stored of it. */
export type NewToken = { readonly token: string; readonly hash: Uint8Array };

export function newToken(random: Random): NewToken {
  const token = random.token(tokenBits);
  return { token, hash: tokenHash(token) };
}

/** A plain SHA-256 is enough for what has 256 random bits: there is nothing to guess. */
export function tokenHash(token: string): Uint8Array {
  return hash('sha256', token, 'buffer');
}
