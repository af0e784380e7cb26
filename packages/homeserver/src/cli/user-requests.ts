import type { Accounts, RegistrationTokens, Sessions } from '../accounts/index.ts';
import { CommandFailed } from './command-error.ts';
import type { Ask } from './local-door.ts';

/** What the `user` commands ask of the accounts: values, so that a running server can be asked too (local-door.ts). */
export type UserRequest =
  | {
      readonly ask: 'create';
      readonly name: string;
      readonly password: string;
      readonly admin: boolean;
      readonly displayName?: string | undefined;
    }
  | { readonly ask: 'reset-password'; readonly name: string; readonly password: string; readonly keepSessions: boolean }
  | { readonly ask: 'deactivate' | 'lock' | 'unlock' | 'suspend' | 'unsuspend'; readonly name: string }
  | { readonly ask: 'set-admin'; readonly name: string; readonly admin: boolean }
  | { readonly ask: 'invite'; readonly uses: number; readonly days: number; readonly nowTs: number }
  | { readonly ask: 'list'; readonly after: number }
  | { readonly ask: 'devices'; readonly name: string }
  | { readonly ask: 'logout'; readonly name: string; readonly device?: string | undefined };

/** As `hearth user list --json` prints it. */
export type ShownAccount = {
  readonly user_id: string;
  readonly kind: string;
  readonly state: string;
  readonly admin: boolean;
  readonly suspended: boolean;
  readonly created_ts: number;
};
/** As `hearth user devices --json` prints it. */
export type ShownDevice = {
  readonly device_id: string;
  readonly display_name: string | null;
  readonly last_seen_ts: number | null;
  readonly last_seen_ip: string | null;
  readonly created_ts: number;
};

/** What comes back: for a change the account's id, for a question the rows. */
export type UserAnswer = {
  readonly userId?: string;
  readonly accounts?: readonly ShownAccount[];
  /** For the next page of a list; absent after the last. */
  readonly next?: number;
  readonly devices?: readonly ShownDevice[];
  /** With which somebody may register. */
  readonly token?: string;
};

export type AskUsers = Ask<UserRequest, UserAnswer>;

const dayMs = 24 * 60 * 60 * 1000;

/** Does what a command asks for. MatrixError and CommandFailed say why something is not possible. */
export async function answerUserRequest(
  { accounts, sessions, registrationTokens }: { accounts: Accounts; sessions: Sessions; registrationTokens: RegistrationTokens },
  request: UserRequest,
): Promise<UserAnswer> {
  if (request.ask === 'create') {
    const userId = await accounts.claimable(localName(request.name, accounts));
    const { password, admin, displayName } = request;
    await accounts.create({ userId, kind: 'user', password, admin, displayName });
    return { userId };
  }
  if (request.ask === 'invite') {
    const expiresTs = request.nowTs + request.days * dayMs;
    return { token: (await registrationTokens.create({ usesAllowed: request.uses, expiresTs })).token };
  }
  if (request.ask === 'list') {
    const rows = await accounts.listAfter(request.after);
    const last = rows.at(-1);
    return {
      accounts: rows.map(({ user_id, kind, state, admin, suspended, created_ts }) => ({
        user_id,
        kind,
        state,
        admin: admin === 1,
        suspended: suspended === 1,
        created_ts,
      })),
      ...(last === undefined ? {} : { next: last.usr }),
    };
  }
  const account = await accounts.findByLogin(request.name);
  if (account === undefined)
    throw new CommandFailed(`There is no account ${accounts.loginId(request.name)}. "hearth user list" shows all of them.`);
  const { user, userId } = account;
  switch (request.ask) {
    case 'reset-password':
      await accounts.setPassword(user, request.password, request.keepSessions ? undefined : '');
      break;
    case 'deactivate':
      await accounts.deactivate(user);
      break;
    case 'lock':
    case 'unlock':
      await accounts.setLocked(user, request.ask === 'lock');
      break;
    case 'suspend':
    case 'unsuspend':
      await accounts.setSuspended(user, request.ask === 'suspend');
      break;
    case 'set-admin':
      await accounts.setAdmin(user, request.admin);
      break;
    case 'devices':
      return { userId, devices: (await sessions.devices(user)).map(({ user_agent: _, ...device }) => device) };
    case 'logout':
      if (request.device === undefined) await sessions.end(user, { allBut: '' });
      else if ((await sessions.device(user, request.device)) === undefined)
        throw new CommandFailed(`${userId} has no device ${request.device}.`);
      else await sessions.end(user, { these: [request.device] });
      break;
  }
  return { userId };
}

/** The name of a new account may be typed as a user id of this server. */
function localName(name: string, accounts: Accounts): string {
  if (!name.startsWith('@')) return name;
  const [local = '', ...server] = name.slice(1).split(':');
  const typed = server.join(':');
  if (typed !== '' && accounts.loginId(local) !== `@${local}:${typed}`)
    throw new CommandFailed(`${name} would not be an account of this server.`);
  return local;
}
