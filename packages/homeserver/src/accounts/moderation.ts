import { MatrixError } from '../http/errors.ts';
import type { Requester } from '../http/route.ts';
import type { Account, Accounts } from './accounts.ts';
import type { Sessions } from './sessions.ts';
import { type JsonObject, jsonObject, serverNameOf, parseUserId } from '@hearth/protocol';

/** What administrators do to accounts through the API. Who asks was checked before: others learn nothing of accounts. */
export class Moderation {
  readonly #accounts: Accounts;
  readonly #sessions: Sessions;
  readonly #isLocal: (serverName: string) => boolean;

  constructor(accounts: Accounts, sessions: Sessions, isLocal: (serverName: string) => boolean) {
    this.#accounts = accounts;
    this.#sessions = sessions;
    this.#isLocal = isLocal;
  }

  async isSuspended(userId: string): Promise<boolean> {
    return (await this.#subject(userId)).row.suspended === 1;
  }

  async suspend(userId: string, suspended: boolean): Promise<void> {
    await this.#accounts.setSuspended((await this.#subject(userId)).user, suspended);
  }

  async isLocked(userId: string): Promise<boolean> {
    return (await this.#subject(userId)).row.state === 'locked';
  }

  async lock(userId: string, locked: boolean): Promise<void> {
    await this.#accounts.setLocked((await this.#subject(userId)).user, locked);
  }

  /** Where somebody was last seen, by device. 403 for whoever asks about others and is no administrator. */
  async whoIs(requester: Requester, userId: string): Promise<JsonObject> {
    if (userId !== requester.userId && !requester.isAdmin)
      throw new MatrixError('M_FORBIDDEN', 'Only administrators of this server may do this.');
    const account = await this.#accounts.find(userId);
    if (!account) throw new MatrixError('M_NOT_FOUND', 'This server has no such user.');
    const devices = (await this.#sessions.devices(account.user)).map(
      ({ device_id, last_seen_ip: ip, last_seen_ts: ts, user_agent: agent }) => {
        const connection = { ip: ip ?? undefined, last_seen: ts ?? undefined, user_agent: agent ?? undefined };
        return [device_id, { sessions: [{ connections: [jsonObject(connection)] }] }] as const;
      },
    );
    return jsonObject({ user_id: userId, devices: Object.fromEntries(devices) });
  }

  /** 400 for users of other servers, 404 for who has no account or no more, 403 for administrators. */
  async #subject(userId: string): Promise<Account> {
    const parsed = parseUserId(userId);
    if (!parsed || !this.#isLocal(serverNameOf(parsed))) throw new MatrixError('M_INVALID_PARAM', 'This is no user of this server.');
    const account = await this.#accounts.find(userId);
    if (!account || account.row.state === 'deactivated') throw new MatrixError('M_NOT_FOUND', 'This server has no such user.');
    if (account.row.admin === 1) throw new MatrixError('M_FORBIDDEN', 'This is not possible with an administrator.');
    return account;
  }
}
