import type { RateLimiter } from '../http/rate-limit.ts';
import type { Account, Accounts } from './accounts.ts';
import { passwordBytesMax } from './password-rules.ts';

/** Checks passwords: slowly for everybody who guesses, and in the same time whether there is such a user or not. */
export class PasswordLogin {
  readonly #accounts: Accounts;
  readonly #limiter: Pick<RateLimiter, 'checkLogin' | 'loginFailed'>;

  constructor(accounts: Accounts, limiter: Pick<RateLimiter, 'checkLogin' | 'loginFailed'>) {
    this.#accounts = accounts;
    this.#limiter = limiter;
  }

  /** The account if the password is right. `login` is what somebody typed. 429 M_LIMIT_EXCEEDED after too many wrong ones. */
  async check(login: string, password: string, ip: string): Promise<Account | undefined> {
    const key = this.#accounts.loginId(login).toLowerCase().slice(0, 255);
    this.#limiter.checkLogin(key, ip);
    const account = await this.#accounts.findByLogin(login);
    const usable = Buffer.byteLength(password) <= passwordBytesMax ? password : '';
    if (await this.#accounts.verifyPassword(account, usable)) return account;
    this.#limiter.loginFailed(key, ip);
    return undefined;
  }
}
