import type { TokenLookup, TokenUse } from '../http/authenticate.ts';
import { MatrixError } from '../http/errors.ts';
import type { Requester } from '../http/route.ts';
import type { LastSeen } from './last-seen.ts';
import { accountChanged } from './store.ts';
import { readToken, type TokenRow, tokensAroundDeletion } from './token-store.ts';
import { tokenHash } from './tokens.ts';
import type { Cache, CacheBudget, Clock } from '@hearth/kit';
import { type Database, type StreamEntry, streamKinds } from '@hearth/storage';

type Session = { readonly requester: Requester; readonly expiresTs: number | null; readonly locked: boolean };
type Sessions = Map<string, Session>;

/** Tokens of one user that are remembered; a user who has more is asked for in the database more often. */
const tokensPerUserMax = 1_000;
/** What one session costs in memory, roughly. */
const sessionBytes = 600;

export type TokenCacheDeps = {
  readonly database: Database;
  readonly clock: Clock;
  readonly caches: CacheBudget;
  readonly lastSeen: Pick<LastSeen, 'note'>;
};

/**
 * Whose token it is, from memory. What is remembered of a user is forgotten as a whole when a stream row says that their account, devices or
 * tokens changed, on whichever node that was. A hash thus leads to its user, and only the user's entry to the session.
 */
export class TokenCache {
  readonly #deps: TokenCacheDeps;
  readonly #users: Cache<string, { readonly user: number }>;
  readonly #sessions: Cache<number, Sessions>;
  /** Counts what was forgotten: a look-up during which it moved is not remembered. */
  #forgotten = 0;

  constructor(deps: TokenCacheDeps) {
    this.#deps = deps;
    this.#users = deps.caches.cache({ name: 'token-users', sizeOf: () => 16 });
    this.#sessions = deps.caches.cache({ name: 'sessions', sizeOf: (sessions) => sessions.size * sessionBytes });
  }

  /** For the HTTP edge. 401 with `soft_logout` for an expired token and for a locked account. */
  readonly lookup: TokenLookup = (token, use) => {
    const hash = tokenHash(token);
    const key = Buffer.from(hash).toString('latin1');
    const known = this.#known(key);
    if (known !== undefined) return this.#admit(known, use);
    return this.#load(hash, key).then((session) => session && this.#admit(session, use));
  };

  /** A consumer of the tail. */
  readonly consume = (entries: readonly StreamEntry[]): void => {
    for (const { kind, subject } of entries) if (kind === streamKinds.account) this.forget(subject);
  };

  forget(user: number): void {
    this.#forgotten += 1;
    this.#sessions.delete(user);
  }

  #known(key: string): Session | undefined {
    const owner = this.#users.get(key);
    return owner && this.#sessions.get(owner.user)?.get(key);
  }

  #admit(session: Session, { ip, userAgent, openToLocked = false }: TokenUse): Requester {
    if (session.locked && !openToLocked) throw new MatrixError('M_USER_LOCKED', undefined, { extra: { soft_logout: true } });
    const now = this.#deps.clock.now();
    if (session.expiresTs !== null && session.expiresTs <= now) {
      throw new MatrixError('M_UNKNOWN_TOKEN', 'This access token has expired. Refresh it, or log in again.', {
        extra: { soft_logout: true },
      });
    }
    const { user, deviceId } = session.requester;
    this.#deps.lastSeen.note(user, deviceId, { ts: now, ip, userAgent });
    return session.requester;
  }

  async #load(hash: Uint8Array, key: string): Promise<Session | undefined> {
    const before = this.#forgotten;
    const row = await readToken(this.#deps.database.reader, hash);
    if (row === undefined || row.state === 'deactivated') return undefined;
    if (row.exchanged > 0) await this.#takeBack(row);
    const session = sessionOf(row);
    if (this.#forgotten === before) this.#remember(key, session);
    return session;
  }

  /** The first use of a refreshed token: the pair that it replaces ends. */
  async #takeBack(row: TokenRow): Promise<void> {
    const statements = tokensAroundDeletion(row.usr, row.device_id, row.created_ts, Number.MAX_SAFE_INTEGER);
    await this.#deps.database.write({ claims: [], statements, stream: [accountChanged(row.usr)] });
    this.forget(row.usr);
  }

  #remember(key: string, session: Session): void {
    const { user } = session.requester;
    const sessions: Sessions = new Map(this.#sessions.get(user));
    if (sessions.size >= tokensPerUserMax) sessions.clear();
    sessions.set(key, session);
    this.#users.set(key, { user });
    this.#sessions.set(user, sessions);
  }
}

function sessionOf(row: TokenRow): Session {
  return {
    requester: Object.freeze({
      userId: row.user_id,
      user: row.usr,
      deviceId: row.device_id,
      isGuest: row.kind === 'guest',
      isAdmin: row.admin === 1,
      isSuspended: row.suspended === 1,
    }),
    expiresTs: row.expires_ts,
    locked: row.state === 'locked',
  };
}
