import { createHash } from 'node:crypto';

import { MatrixError } from '../../http/errors.ts';
import { type Refusal, UiaChallenge } from './challenge.ts';
import type { Flow, InteractiveAuth, Proof, ProtectedAction, Stage } from './index.ts';
import { advance, beginSession, end, readSession, type StoredSession, type UiaSession } from './session-store.ts';
import { type StageDeps, type StageResult, tryStage } from './stages.ts';
import type { Clock, Random } from '@hearth/kit';
import { canonicalJson, isJsonObject, type JsonObject, withoutKeys } from '@hearth/protocol';
import type { Database } from '@hearth/storage';

const passwordFlow: readonly Flow[] = [['m.login.password']];

export type UiaDeps = StageDeps & { readonly database: Database; readonly clock: Clock; readonly random: Random };

/** A session that is under way; undefined `stored` for a request that brings its only stage along without having asked for a session. */
type UnderWay = { readonly session: string; readonly stored: StoredSession | undefined; readonly data: UiaSession };

/** See `InteractiveAuth`. Every change of a session names the state that it was built on, so two requests cannot both use one. */
export class Uia implements InteractiveAuth {
  readonly #deps: UiaDeps;

  constructor(deps: UiaDeps) {
    this.#deps = deps;
  }

  async require(action: ProtectedAction): Promise<Proof> {
    const auth = (action.body as { readonly auth?: unknown }).auth;
    if (!isJsonObject(auth)) throw await this.#fresh(action);
    const underWay = await this.#find(action, auth);
    const type = auth['type'];
    if (typeof type !== 'string') {
      if (typeof auth['session'] !== 'string') throw new MatrixError('M_MISSING_PARAM', 'In the body, auth lacks type and session.');
      return this.#next(underWay, underWay.data);
    }
    const stage = underWay.data.flows.flat().find((offered) => offered === type);
    if (stage === undefined) throw await this.#again(underWay, { errcode: 'M_UNRECOGNIZED', error: `${type} is not offered here.` });
    const input = { fields: auth, userId: action.requester?.userId, ip: action.ip };
    const result = await tryStage(this.#deps, stage, input);
    if (!result.passed) throw await this.#again(underWay, result);
    return this.#next(underWay, withStage(underWay.data, stage, result));
  }

  /** Passes a stage on a fallback page. Returns what went wrong, or undefined. */
  async passOnPage(session: string, stage: string, fields: Readonly<Record<string, string>>, ip: string): Promise<string | undefined> {
    const { database, clock, accounts } = this.#deps;
    const stored = await readSession(database, session, clock.now());
    const offered = stored?.flows.flat().find((one) => one === stage);
    if (!stored || offered === undefined) return 'This page is no longer valid. Go back to your app and start again.';
    if (stored.completed.includes(offered)) return undefined;
    const userId = stored.user === null ? undefined : await accounts.userIdOf(stored.user);
    const result = await tryStage(this.#deps, offered, { fields, userId, ip });
    if (!result.passed) return result.error;
    const done = await advance(database, session, stored, withStage(sessionData(stored), offered, result));
    return done ? undefined : 'Something else happened at the same time. Try again.';
  }

  /** Whether a fallback page for this stage has anything to do. */
  async offers(session: string, stage: string): Promise<boolean> {
    const stored = await readSession(this.#deps.database, session, this.#deps.clock.now());
    return stored?.flows.some((flow) => flow.some((one) => one === stage)) ?? false;
  }

  /** The session that the client names, if it belongs to this very request, or an unsaved one if it names none. */
  async #find(action: ProtectedAction, auth: JsonObject): Promise<UnderWay> {
    const session = auth['session'];
    if (typeof session !== 'string') {
      const begun = this.#newSession(action);
      return { session: begun.session, stored: undefined, data: begun.data };
    }
    const stored = await readSession(this.#deps.database, session, this.#deps.clock.now());
    if (!stored || stored.user !== (action.requester?.user ?? null) || stored.operation !== action.operation) {
      throw await this.#fresh(action, {
        errcode: 'M_UNKNOWN',
        error: 'This session is not known, or no longer valid. Begin again with the new one.',
      });
    }
    if (stored.digest !== digestOf(action, session)) {
      throw await this.#fresh(action, {
        errcode: 'M_UNKNOWN',
        error: 'This session belongs to a request with other contents. Begin again with the new one.',
      });
    }
    return { session, stored, data: sessionData(stored) };
  }

  /** All stages of some flow passed: done. Else the client is told what is left. */
  async #next({ session, stored }: UnderWay, data: UiaSession): Promise<Proof> {
    const { database, clock } = this.#deps;
    const isComplete = data.flows.some((flow) => flow.every((stage) => data.completed.includes(stage)));
    const kept =
      stored === undefined ? true : await (isComplete ? end(database, session, stored) : advance(database, session, stored, data));
    if (!kept) throw this.#challenge(session, data, { errcode: 'M_UNKNOWN', error: 'This session has been used by another request.' });
    if (isComplete) return { registrationToken: data.registrationToken };
    if (stored === undefined) await beginSession(database, session, data, clock.now());
    throw this.#challenge(session, data);
  }

  async #fresh(action: ProtectedAction, refusal?: Refusal): Promise<UiaChallenge> {
    const { session, data } = this.#newSession(action);
    await beginSession(this.#deps.database, session, data, this.#deps.clock.now());
    return this.#challenge(session, data, refusal);
  }

  /** The client may try again with the same session. */
  async #again({ session, stored, data }: UnderWay, refusal: Refusal): Promise<UiaChallenge> {
    if (stored === undefined) await beginSession(this.#deps.database, session, data, this.#deps.clock.now());
    return this.#challenge(session, data, refusal);
  }

  #newSession(action: ProtectedAction): { readonly session: string; readonly data: UiaSession } {
    const session = this.#deps.random.token(256);
    const { operation, requester, flows = passwordFlow } = action;
    return { session, data: { user: requester?.user ?? null, operation, digest: digestOf(action, session), flows, completed: [] } };
  }

  #challenge(session: string, { flows, completed }: UiaSession, refusal?: Refusal): UiaChallenge {
    return new UiaChallenge({ session, flows, completed }, refusal && { errcode: refusal.errcode, error: refusal.error });
  }
}

function withStage(data: UiaSession, stage: Stage, result: StageResult & { passed: true }): UiaSession {
  const completed = data.completed.includes(stage) ? data.completed : [...data.completed, stage];
  return { ...data, completed, ...(result.registrationToken === undefined ? {} : { registrationToken: result.registrationToken }) };
}

function sessionData({ text: _text, ...data }: StoredSession): UiaSession {
  return data;
}

/**
 * What the request would do, but for `auth`. Keyed with the session, which is not stored: so the digest of a body with a new password
 * does not help anybody to guess it.
 */
function digestOf(action: ProtectedAction, session: string): string {
  const body = withoutKeys(action.body as JsonObject, ['auth']);
  const text = canonicalJson([action.target ?? null, body], 'legacy');
  return createHash('sha256').update(session).update('\0').update(text).digest('base64url');
}
