import { MatrixError } from '../http/errors.ts';
import type { Requester } from '../http/route.ts';
import type { Accounts } from './accounts.ts';
import type { RegistrationSettings } from './deps.ts';
import { requireGoodPassword } from './password-rules.ts';
import type { RegistrationTokens } from './registration-tokens.ts';
import type { Issued, NewSession } from './sessions.ts';
import type { Flow, Proof } from './uia/index.ts';
import { requireUnreserved } from './user-names.ts';
import type { Random } from '@hearth/kit';
import { emptyWrite, type Statement } from '@hearth/storage';

const nameAlphabet = 'abcdefghijkmnopqrstuvwxyz23456789';
const inventedNameLength = 12;
/** Tries to invent a free name: with 33^12 of them the first one will do. */
const inventTriesMax = 5;

export type RegistrationRequest = {
  /** Undefined: the server invents one. */
  readonly name: string | undefined;
  /** Undefined: an account that only its token opens. */
  readonly password: string | undefined;
  /** Undefined: no session is opened. */
  readonly session: NewSession | undefined;
};
export type Registered = { readonly userId: string; readonly issued: Issued | undefined };

export type RegistrationDeps = {
  readonly accounts: Accounts;
  readonly tokens: RegistrationTokens;
  readonly random: Random;
  readonly settings: RegistrationSettings;
  /** Whose token it is, for guests who become users. */
  readonly guestWithToken: (token: string) => Promise<Requester | undefined>;
};

/** Accounts that people make for themselves, as far as the operator lets them. */
export class Registration {
  readonly #deps: RegistrationDeps;

  constructor(deps: RegistrationDeps) {
    this.#deps = deps;
  }

  /** 403 M_FORBIDDEN with a sentence where nobody may register. */
  requireOpen(): void {
    if (this.#deps.settings.mode === 'closed') {
      throw new MatrixError('M_FORBIDDEN', 'Registration is closed on this server. Ask its administrator for an account.');
    }
  }

  get flows(): readonly Flow[] {
    return this.#deps.settings.mode === 'token' ? [['m.login.registration_token']] : [['m.login.dummy']];
  }

  get mode(): RegistrationSettings['mode'] {
    return this.#deps.settings.mode;
  }

  /** What can be refused before somebody proves anything: a name that is taken or impossible, a weak password. */
  async check({ name, password }: Pick<RegistrationRequest, 'name' | 'password'>): Promise<void> {
    if (name !== undefined) await this.requireFree(name);
    if (password !== undefined) requireGoodPassword(password);
  }

  /** 400 M_INVALID_USERNAME, M_EXCLUSIVE, M_USER_IN_USE. */
  async requireFree(name: string): Promise<string> {
    const userId = await this.#deps.accounts.claimable(name);
    requireUnreserved(name);
    return userId;
  }

  isTokenValid(token: string): Promise<boolean> {
    return this.#deps.tokens.isValid(token);
  }

  /** An account for somebody who has none: no name of their choice, no password, and nothing but the session to come back by. */
  async registerGuest(session: NewSession): Promise<Registered> {
    const { accounts, settings } = this.#deps;
    // The first account of a server is its administrator's.
    if (!settings.guests || !(await accounts.any()))
      throw new MatrixError('M_GUEST_ACCESS_FORBIDDEN', 'This server has no guest accounts.');
    const userId = await this.#invent();
    const { opened } = await accounts.create({ userId, kind: 'guest', password: undefined, admin: false }, session);
    return { userId, issued: opened?.issued };
  }

  /** The guest whose token it is, if the name is theirs. 403 M_FORBIDDEN, 400 M_MISSING_PARAM. */
  async guestOf(token: string, name: string | undefined, password: string | undefined): Promise<Requester> {
    if (name === undefined || password === undefined) {
      throw new MatrixError('M_MISSING_PARAM', 'A guest becomes a user with username and password.');
    }
    requireGoodPassword(password);
    const guest = await this.#deps.guestWithToken(token);
    if (!guest?.isGuest || this.#deps.accounts.loginId(name) !== guest.userId) {
      throw new MatrixError('M_FORBIDDEN', 'guest_access_token must be the token of the guest whose name username gives.');
    }
    return guest;
  }

  /** Makes a user of a guest; a registration token that was proven is used with it. */
  upgrade(guest: Requester, password: string, session: NewSession | undefined, proof: Proof): Promise<Registered> {
    return this.#using(proof, async (also) => {
      const opened = await this.#deps.accounts.upgradeGuest(guest.user, { password, also }, session);
      return { userId: guest.userId, issued: opened?.issued };
    });
  }

  /** Makes the account; a registration token that was proven is used with it. */
  async register({ name, password, session }: RegistrationRequest, proof: Proof): Promise<Registered> {
    const userId = name === undefined ? await this.#invent() : await this.requireFree(name);
    return this.#using(proof, async (statements) => {
      const also = { ...emptyWrite, statements };
      const { opened } = await this.#deps.accounts.create({ userId, kind: 'user', password, admin: false, also }, session);
      return { userId, issued: opened?.issued };
    });
  }

  /** `make` puts what uses the token into its own commit. 403 M_FORBIDDEN when others have used it up since it was proven. */
  async #using({ registrationToken: token }: Proof, make: (also: readonly Statement[]) => Promise<Registered>): Promise<Registered> {
    const { tokens } = this.#deps;
    if (token === undefined) return make([]);
    try {
      return await make([tokens.use(token)]);
    } catch (error) {
      if (await tokens.isValid(token)) throw error;
      throw new MatrixError('M_FORBIDDEN', 'This registration token has been used up.');
    }
  }

  async #invent(): Promise<string> {
    for (let tries = 0; tries < inventTriesMax; tries += 1) {
      // Begins with a letter, so that nobody takes it for a number.
      const name = `u${this.#deps.random.text(inventedNameLength, nameAlphabet)}`;
      try {
        return await this.#deps.accounts.claimable(name);
      } catch (error) {
        if (!(error instanceof MatrixError)) throw error;
      }
    }
    throw new MatrixError('M_UNAVAILABLE', 'No free user name was found.');
  }
}
