import { MatrixError } from '../http/errors.ts';
import type { PasswordLogin } from './password-login.ts';
import { accountLocked, type Issued, type NewSession, type Sessions } from './sessions.ts';
import { isJsonObject } from '@hearth/protocol';

/** What a login's body says, in all the spellings that there have been. */
export type LoginRequest = {
  readonly type: string;
  readonly identifier?: unknown;
  readonly user?: string | undefined;
  readonly medium?: string | undefined;
  readonly address?: string | undefined;
  readonly password?: string | undefined;
};
export type LoggedIn = { readonly userId: string; readonly issued: Issued };

/** Logging in. */
export class Login {
  readonly #passwords: PasswordLogin;
  readonly #sessions: Sessions;

  constructor(passwords: PasswordLogin, sessions: Sessions) {
    this.#passwords = passwords;
    this.#sessions = sessions;
  }

  /** Clients of 2015 take the first flow, which is therefore the one with a password. */
  get flows(): readonly { readonly type: string }[] {
    return [{ type: 'm.login.password' }];
  }

  /** 403 M_FORBIDDEN in the same words and time for an unknown user and a wrong password; 401 M_USER_LOCKED. */
  async login(request: LoginRequest, session: NewSession): Promise<LoggedIn> {
    if (request.type !== 'm.login.password') throw new MatrixError('M_UNKNOWN', 'Bad login type.');
    const name = loginName(request);
    if (request.password === undefined) throw new MatrixError('M_MISSING_PARAM', 'The body lacks password.');
    const account = await this.#passwords.check(name, request.password, session.ip);
    if (!account) throw new MatrixError('M_FORBIDDEN', 'The user name or the password is wrong.');
    if (account.row.state === 'deactivated') throw new MatrixError('M_USER_DEACTIVATED');
    if (account.row.state === 'locked') throw accountLocked();
    return { userId: account.userId, issued: await this.#sessions.start(account.user, session) };
  }
}

/** Whom the request means. An e-mail address or telephone number is nobody's on this server; it fails as a wrong password does. */
function loginName({ identifier, user, medium, address }: LoginRequest): string {
  if (identifier === undefined) {
    if (user !== undefined) return user;
    if (medium === undefined || address === undefined) throw new MatrixError('M_MISSING_PARAM', 'The body lacks identifier.');
    return `${medium} ${address}`;
  }
  const fields = isJsonObject(identifier) ? identifier : {};
  const texts = (...names: readonly string[]): string =>
    names
      .map((name) => {
        const value = fields[name];
        if (typeof value !== 'string') throw new MatrixError('M_MISSING_PARAM', `In the body, identifier lacks ${name}.`);
        return value;
      })
      .join(' ');
  switch (fields['type']) {
    case 'm.id.user':
      return texts('user');
    case 'm.id.thirdparty':
      return texts('medium', 'address');
    case 'm.id.phone':
      return texts('country', 'phone');
    default:
      throw new MatrixError('M_UNKNOWN', 'This kind of identifier is not known.');
  }
}
