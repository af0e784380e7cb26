import { MatrixError } from '../http/errors.ts';
import type { Requester } from '../http/route.ts';
import { jobRow } from '../jobs/enqueue.ts';
import type { ProfilesDeps } from './deps.ts';
import { checkedValue, displayNameLengthMax, isMemberField, requireFieldName } from './field-rules.ts';
import { propagateProfileJob } from './propagation-kind.ts';
import { fieldDeletion, fieldSetting, profileChanged, readField, readFields, readHasAccount, readMemberFields } from './store.ts';
import { domainOf, type JsonObject, jsonObjectFrom, type JsonValue, own, parseUserId } from '@hearth/protocol';
import { type Statement, WriteRefused } from '@hearth/storage';

/** What people tell about themselves. */
export class ProfilesService {
  readonly #deps: ProfilesDeps;

  constructor(deps: ProfilesDeps) {
    this.#deps = deps;
  }

  /** The whole profile, empty for a user who has set nothing; 404 M_NOT_FOUND for unknown and deactivated users. */
  async profile(userId: string): Promise<JsonObject> {
    const user = await this.#require(userId);
    const fields = await readFields(this.#deps.database.reader, user);
    return jsonObjectFrom(fields.map(({ name, value }) => [name, value]));
  }

  /** One field; 404 M_NOT_FOUND if it is not set. */
  async field(userId: string, name: string): Promise<JsonValue> {
    requireFieldName(name);
    const value = await readField(this.#deps.database.reader, await this.#require(userId), name);
    if (value === undefined) throw new MatrixError('M_NOT_FOUND', `${userId} has no ${name}.`);
    return value;
  }

  /** Sets the field that `body` has under its name. 400 M_MISSING_PARAM without it, M_PROFILE_TOO_LARGE beyond 64 KiB. */
  async set(requester: Requester, userId: string, name: string, body: JsonObject): Promise<void> {
    requireOwn(requester, userId);
    requireFieldName(name);
    const given = own(body, name);
    if (given === undefined) throw new MatrixError('M_MISSING_PARAM', `The body lacks ${name}.`);
    const value = checkedValue(name, given);
    if (value === undefined) return this.#change(requester.user, name, fieldDeletion(requester.user, name));
    const before = await readField(this.#deps.database.reader, requester.user, name);
    if (JSON.stringify(before) === JSON.stringify(value)) return undefined;
    return this.#change(requester.user, name, fieldSetting(requester.user, { name, value }));
  }

  async remove(requester: Requester, userId: string, name: string): Promise<void> {
    requireOwn(requester, userId);
    requireFieldName(name);
    await this.#change(requester.user, name, fieldDeletion(requester.user, name));
  }

  /** `displayname` and `avatar_url` for a local user's member events; empty for unknown and remote users. */
  async memberProfile(userId: string): Promise<JsonObject> {
    if (!this.#deps.domains.isLocal(domainOf(userId) ?? '')) return {};
    const user = await this.#deps.engine.findUser(userId);
    return user === undefined ? {} : this.memberProfileOf(user);
  }

  async memberProfileOf(user: number): Promise<JsonObject> {
    const fields = await readMemberFields(this.#deps.database.reader, user);
    return jsonObjectFrom(fields.map(({ name, value }) => [name, value]));
  }

  async #change(user: number, name: string, statement: Statement): Promise<void> {
    const { database, clock, pokeJobs } = this.#deps;
    const job = isMemberField(name) ? [await jobRow(database, propagateProfileJob, { user }, clock.now())] : [];
    try {
      await database.write({ claims: [], statements: [statement, ...job], stream: [profileChanged(user)] });
    } catch (error) {
      if (error instanceof WriteRefused && error.why === 'guard') throw new MatrixError('M_PROFILE_TOO_LARGE');
      throw error;
    }
    if (job.length > 0) pokeJobs();
  }

  /** The number of a user of this server. Users of other servers count as unknown as long as this server does not talk to those. */
  async #require(userId: string): Promise<number> {
    const { engine, domains, database } = this.#deps;
    if (!parseUserId(userId)) throw new MatrixError('M_INVALID_PARAM', `${JSON.stringify(userId)} is not a user id.`);
    const user = domains.isLocal(domainOf(userId) ?? '') ? await engine.findUser(userId) : undefined;
    if (user === undefined || !(await readHasAccount(database.reader, user)))
      throw new MatrixError('M_NOT_FOUND', `No profile of ${userId} is known.`);
    return user;
  }
}

/** The rows of a display name that an account is made with; one that is too long is cut. */
export function newProfileRows(user: number, displayName: string): readonly Statement[] {
  const value = displayName.slice(0, displayNameLengthMax).toWellFormed();
  return value === '' ? [] : [fieldSetting(user, { name: 'displayname', value })];
}

function requireOwn(requester: Requester, userId: string): void {
  if (userId !== requester.userId) throw new MatrixError('M_FORBIDDEN', 'You can change your own profile only.');
}
