import { createHmac } from 'node:crypto';

import { MatrixError } from '../http/errors.ts';
import type { Accounts } from './accounts.ts';
import type { Registered } from './registration.ts';
import type { NewSession } from './sessions.ts';
import { onceRow } from './uia/session-store.ts';
import { type Clock, equalSecrets, type Random, type Secret } from '@hearth/kit';
import { emptyWrite, WriteRefused } from '@hearth/storage';

/** Life of a nonce. */
const nonceLifeMs = 60_000;
const nonceBits = 256;

export type SharedSecretRequest = {
  readonly nonce: string;
  readonly username: string;
  readonly displayname?: string | undefined;
  readonly password: string;
  readonly admin?: boolean | undefined;
  readonly user_type?: string | undefined;
  readonly mac: string;
};

/**
 * `/_synapse/admin/v1/register` as Synapse documents it: whoever knows the shared secret makes accounts. A nonce carries its expiry
 * and our seal, so asking for one stores nothing; the one that makes an account is remembered for as long as it lives.
 */
export class SharedSecretRegistration {
  readonly #deps: { readonly accounts: Accounts; readonly clock: Clock; readonly random: Random; readonly secret: Secret | undefined };

  constructor(deps: { readonly accounts: Accounts; readonly clock: Clock; readonly random: Random; readonly secret: Secret | undefined }) {
    this.#deps = deps;
  }

  nonce(): string {
    const secret = this.#secret();
    const { random, clock } = this.#deps;
    const text = `${clock.now() + nonceLifeMs}.${random.token(nonceBits)}`;
    return `${text}.${seal(secret, text)}`;
  }

  /** 403 M_FORBIDDEN for a wrong mac; 400 M_UNKNOWN for a nonce that is not ours, has expired or was used. */
  async register(request: SharedSecretRequest, session: NewSession): Promise<Registered> {
    const secret = this.#secret();
    const expiresTs = this.#expiryOf(secret, request.nonce);
    if (!equalSecrets(request.mac.toLowerCase(), macOf(secret, request))) throw new MatrixError('M_FORBIDDEN', 'HMAC incorrect');
    const userId = await this.#deps.accounts.claimable(request.username);
    const account = {
      userId,
      kind: 'user',
      password: request.password,
      admin: request.admin ?? false,
      displayName: request.displayname,
    } as const;
    const also = { ...emptyWrite, statements: [onceRow(request.nonce, '{}', expiresTs)] };
    try {
      const { opened } = await this.#deps.accounts.create({ ...account, also }, session);
      return { userId, issued: opened?.issued };
    } catch (error) {
      if (error instanceof WriteRefused && error.why === 'duplicate') throw unknownNonce();
      throw error;
    }
  }

  #secret(): string {
    const { secret } = this.#deps;
    if (secret === undefined) throw new MatrixError('M_UNKNOWN', 'Registration with a shared secret is not enabled on this server.');
    return secret.reveal();
  }

  #expiryOf(secret: string, nonce: string): number {
    const end = nonce.lastIndexOf('.');
    const text = nonce.slice(0, Math.max(0, end));
    const expiresTs = Number.parseInt(text, 10);
    if (!equalSecrets(nonce.slice(end + 1), seal(secret, text)) || !(expiresTs > this.#deps.clock.now())) throw unknownNonce();
    return expiresTs;
  }
}

/** Another key than the shared secret itself, so that a seal is never a valid mac of anything. */
function seal(secret: string, text: string): string {
  return createHmac('sha256', `hearth nonce ${secret}`).update(text).digest('base64url');
}

function macOf(secret: string, { nonce, username, password, admin, user_type: userType }: SharedSecretRequest): string {
  const parts = [nonce, username, password, admin === true ? 'admin' : 'notadmin', ...(userType === undefined ? [] : [userType])];
  return createHmac('sha1', secret).update(parts.join('\0')).digest('hex');
}

function unknownNonce(): MatrixError {
  return new MatrixError('M_UNKNOWN', 'unrecognised nonce');
}
