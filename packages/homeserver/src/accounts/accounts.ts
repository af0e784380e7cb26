import { MatrixError } from '../http/errors.ts';
import { jobRow } from '../jobs/enqueue.ts';
import type { AccountStoreDeps, EndingDevices } from './deps.ts';
import { leaveRoomsJob } from './jobs/leave-rooms.ts';
import { requireGoodPassword } from './password-rules.ts';
import type { NewSession, Opened, Sessions } from './sessions.ts';
import { setupTokenDeletion } from './setup-store.ts';
import {
  accountChanged,
  accountInsertion,
  type AccountKind,
  type AccountRow,
  adminChange,
  deactivation,
  guestUpgrade,
  type ListedAccount,
  lockChange,
  passwordChange,
  passwordStrengthening,
  readAccount,
  readAccountsAfter,
  readAnyUserId,
  suspensionChange,
} from './store.ts';
import { userIdFor } from './user-names.ts';
import { domainOf, localpartOf, parseUserId } from '@hearth/protocol';
import { type Statement, together, type Write, WriteRefused } from '@hearth/storage';

export type NewAccount = {
  readonly userId: string;
  readonly kind: AccountKind;
  /** Undefined: nobody can log in with a password. */
  readonly password: string | undefined;
  readonly admin: boolean;
  /** Users are called by their localpart unless something else is given; guests have no name. */
  readonly displayName?: string | undefined;
  /** Further rows of the same commit, such as the use of a registration token. A guard of theirs that fails refuses the account. */
  readonly also?: Write;
};

export type Account = { readonly user: number; readonly userId: string; readonly row: AccountRow };

/** The accounts of this server. Works on an open database alone: the HTTP routes, the setup page and the command line are its users. */
export class Accounts {
  readonly #deps: AccountStoreDeps;
  readonly #sessions: Sessions;
  #any = false;

  constructor(deps: AccountStoreDeps, sessions: Sessions) {
    this.#deps = deps;
    this.#sessions = sessions;
  }

  /** Whether there is any account; once true it stays so, for accounts are never removed. */
  async any(): Promise<boolean> {
    this.#any ||= (await readAnyUserId(this.#deps.database.reader)) !== undefined;
    return this.#any;
  }

  /** The account of a user id of this server, also a deactivated one. */
  async find(userId: string): Promise<Account | undefined> {
    const { users, database, domains } = this.#deps;
    if (!parseUserId(userId) || !domains.isLocal(domainOf(userId) ?? '')) return undefined;
    const user = await users.findUser(userId);
    const row = user === undefined ? undefined : await readAccount(database.reader, user);
    return row && { user: row.usr, userId, row };
  }

  /** `alice`, `@alice` or `@alice:example.org`, in whatever capitals, as people type it. */
  async findByLogin(login: string): Promise<Account | undefined> {
    return (await this.find(this.loginId(login))) ?? this.find(this.loginId(login.toLowerCase()));
  }

  /** The user id that somebody means who logs in; perhaps not a valid one. */
  loginId(login: string): string {
    const withSigil = login.startsWith('@') ? login : `@${login}`;
    return login.startsWith('@') && login.includes(':') ? login : `${withSigil}:${this.#deps.domains.first}`;
  }

  async userIdOf(user: number): Promise<string> {
    return (await this.#deps.users.userIds([user]))[0] ?? '';
  }

  async has(user: number): Promise<boolean> {
    return (await readAccount(this.#deps.database.reader, user)) !== undefined;
  }

  /** Up to 500 accounts after a user number, in the order in which users were first seen. */
  listAfter(user: number): Promise<ListedAccount[]> {
    return readAccountsAfter(this.#deps.database.reader, user);
  }

  /** 400 M_INVALID_USERNAME, M_EXCLUSIVE or M_USER_IN_USE unless the name can become an account; answers its id. */
  async claimable(name: string): Promise<string> {
    const { domains, isExclusive } = this.#deps;
    const userId = userIdFor(name, domains.first);
    if (isExclusive(userId)) throw new MatrixError('M_EXCLUSIVE');
    if ((await this.find(userId)) !== undefined) throw inUse(userId);
    return userId;
  }

  /** Makes an account, and a session for it when one is asked for, in one commit. */
  async create(account: NewAccount, session?: NewSession): Promise<{ readonly user: number; readonly opened: Opened | undefined }> {
    const { database, users, passwords, clock, newProfile } = this.#deps;
    if (account.password !== undefined) requireGoodPassword(account.password);
    const hash = account.password === undefined ? null : await passwords.hash(account.password);
    const user = await users.internUser(account.userId);
    const opened = session && (await this.#sessions.open(user, session));
    const row: AccountRow = {
      usr: user,
      kind: account.kind,
      password_hash: hash,
      admin: account.admin ? 1 : 0,
      state: 'active',
      created_ts: clock.now(),
      suspended: 0,
    };
    const own: Write = {
      claims: [],
      statements: [
        accountInsertion(row),
        setupTokenDeletion(),
        ...newProfile(user, firstDisplayName(account)),
        ...(opened?.statements ?? []),
      ],
      stream: opened?.stream ?? [accountChanged(user)],
    };
    try {
      await database.write(account.also ? together(account.also, own) : own);
    } catch (error) {
      if (error instanceof WriteRefused && error.why === 'duplicate' && (await this.has(user))) throw inUse(account.userId);
      throw error;
    }
    this.#any = true;
    return { user, opened };
  }

  /** Whether this is the account's password. Takes as long for no account at all; so does its caller. */
  async verifyPassword(account: Account | undefined, password: string): Promise<boolean> {
    const { passwords, database } = this.#deps;
    const stored = account?.row.password_hash ?? undefined;
    const right = await passwords.verify(password, stored);
    if (right && account && stored !== undefined && passwords.isWeak(stored)) {
      const statement = passwordStrengthening(account.user, stored, await passwords.hash(password));
      await database.write({ claims: [], statements: [statement], stream: [] });
    }
    return right;
  }

  /** Sets a password. `keepDevice`: the one device that stays logged in; '' ends all sessions (LG-08); undefined ends none. */
  async setPassword(user: number, password: string, keepDevice: string | undefined): Promise<void> {
    requireGoodPassword(password);
    const change = passwordChange(user, await this.#deps.passwords.hash(password));
    if (keepDevice === undefined) await this.#changeOnly(user, change);
    else await this.#endDevices(user, { allBut: keepDevice }, [change]);
  }

  /** A guest becomes a user: what they are in and have stays theirs, and the guest's sessions end with the new one. */
  async upgradeGuest(
    user: number,
    { password, also }: { readonly password: string; readonly also: readonly Statement[] },
    session: NewSession | undefined,
  ): Promise<Opened | undefined> {
    requireGoodPassword(password);
    const change = guestUpgrade(user, await this.#deps.passwords.hash(password));
    await unlessDeactivated(this.#endDevices(user, { allBut: '' }, [change, ...also]));
    const opened = session && (await this.#sessions.open(user, session));
    if (opened) await this.#sessions.commit(user, opened.statements, opened.stream);
    return opened;
  }

  async setAdmin(user: number, admin: boolean): Promise<void> {
    await this.#changeOnly(user, adminChange(user, admin));
  }

  async setLocked(user: number, locked: boolean): Promise<void> {
    await this.#changeOnly(user, lockChange(user, locked));
  }

  /** Who is suspended may read and leave, and little else. */
  async setSuspended(user: number, suspended: boolean): Promise<void> {
    await this.#changeOnly(user, suspensionChange(user, suspended));
  }

  /** Ends an account for good: nobody can log in, its profile goes, and it leaves its rooms as a durable job. */
  async deactivate(user: number, options: { readonly erase: boolean } = { erase: false }): Promise<void> {
    const { database, clock, erasers, pokeJobs } = this.#deps;
    const at = clock.now();
    const job = await jobRow(database, leaveRoomsJob, { user }, at);
    const erased = erasers.flatMap((rows) => rows(user, { ...options, at }));
    await this.#endDevices(user, { allBut: '' }, [deactivation(user), ...erased, job]);
    pokeJobs?.();
  }

  async #changeOnly(user: number, change: Statement): Promise<void> {
    await unlessDeactivated(this.#sessions.commit(user, [change], [accountChanged(user)]));
  }

  /** Ends devices in one commit with what is the reason for it. */
  async #endDevices(user: number, ending: EndingDevices, also: readonly Statement[]): Promise<void> {
    const change = await this.#sessions.ending(user, ending);
    await unlessDeactivated(this.#sessions.commitDevices({ ...change, statements: [...also, ...change.statements] }));
  }
}

function firstDisplayName({ kind, userId, displayName }: NewAccount): string {
  const id = parseUserId(userId);
  return displayName ?? (kind === 'guest' || id === undefined ? '' : localpartOf(id));
}

/** The guard of a change of an account is that the account has not been deactivated. */
async function unlessDeactivated(written: Promise<void>): Promise<void> {
  try {
    await written;
  } catch (error) {
    if (error instanceof WriteRefused && error.why === 'guard') throw new MatrixError('M_USER_DEACTIVATED');
    throw error;
  }
}

function inUse(userId: string): MatrixError {
  return new MatrixError('M_USER_IN_USE', `The user name of ${userId} is taken.`);
}
