import { MatrixError } from '../http/errors.ts';
import type { Accounts } from './accounts.ts';
import { readSetupToken, setupTokenInsertion, setupTokenUse } from './setup-store.ts';
import { newToken, tokenHash } from './tokens.ts';
import { type Random } from '@hearth/kit';
import type { Database } from '@hearth/storage';
import { emptyWrite, WriteRefused } from '@hearth/storage';

/**
 * The one-time link that makes the first administrator. Its token is stored as a hash, made anew at each start, and dies with the
 * first account, however that is made.
 */
export class Setup {
  readonly #deps: { readonly database: Database; readonly random: Random; readonly accounts: Accounts };

  constructor(deps: { readonly database: Database; readonly random: Random; readonly accounts: Accounts }) {
    this.#deps = deps;
  }

  /** A link that is good until the next start; undefined when there are accounts already. */
  async newLink(baseUrl: string): Promise<string | undefined> {
    const { database, random, accounts } = this.#deps;
    if (await accounts.any()) return undefined;
    const { token, hash } = newToken(random);
    await database.write({ claims: [], statements: [setupTokenInsertion(textOf(hash))], stream: [] });
    return `${baseUrl.replace(/\/+$/, '')}/setup?token=${token}`;
  }

  /** Whether this token can make the first account now. */
  async isValid(token: string): Promise<boolean> {
    const stored = await readSetupToken(this.#deps.database.reader);
    return stored !== undefined && stored === textOf(tokenHash(token)) && !(await this.#deps.accounts.any());
  }

  /** Makes the administrator; answers the user id. 403 M_FORBIDDEN for a token that is spent or old; else as `Accounts.create`. */
  async createAdministrator(token: string, name: string, password: string): Promise<string> {
    const { accounts } = this.#deps;
    if (!(await this.isValid(token))) throw spent();
    const userId = await accounts.claimable(name);
    const also = { ...emptyWrite, statements: [setupTokenUse(textOf(tokenHash(token)))] };
    try {
      await accounts.create({ userId, kind: 'user', password, admin: true, also });
    } catch (error) {
      if (error instanceof WriteRefused && error.why === 'guard') throw spent();
      throw error;
    }
    return userId;
  }
}

function textOf(hash: Uint8Array): string {
  return Buffer.from(hash).toString('base64url');
}

function spent(): MatrixError {
  return new MatrixError('M_FORBIDDEN', 'This link has been used, or the server has been started again since it was printed.');
}
