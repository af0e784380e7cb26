import type { Domains } from '../domains.ts';
import type { RoomEngine } from '../engine/engine.ts';
import { MatrixError } from '../http/errors.ts';
import type { Requester } from '../http/route.ts';
import type { UserRooms } from '../streams/user-rooms.ts';
import type { Presences, Shown } from './presences.ts';
import { sharesARoom } from './sharing.ts';
import { offline, type PresenceState } from './state.ts';
import { countList, delisting, listing, readIsAccount, readList } from './store.ts';
import { domainOf, type JsonObject, parseUserId } from '@hearth/protocol';
import type { Database } from '@hearth/storage';

/** Greatest length of a status message. */
const statusMsgMax = 255;
/** People on one list (list-2015.ts), which a store's query has too, and in one change of it. */
const listMax = 500;

export type PresenceServiceDeps = {
  readonly database: Database;
  readonly engine: RoomEngine;
  readonly domains: Domains;
  readonly userRooms: UserRooms;
  /** Absent where presence is off: then nobody is online, and what people say of themselves goes nowhere. */
  readonly presences: Presences | undefined;
  /** `displayname` and `avatar_url` of somebody. */
  readonly memberProfile: (userId: string) => Promise<JsonObject>;
};

/** What `presence` may be; the last two were words of 2015. */
export type SaidState = PresenceState | 'free_for_chat' | 'hidden';

type Seen = Omit<Shown, 'userId'>;

export class PresenceService {
  readonly #deps: PresenceServiceDeps;

  constructor(deps: PresenceServiceDeps) {
    this.#deps = deps;
  }

  /** PUT presence/{userId}/status. */
  async say(requester: Requester, userId: string, said: SaidState, statusMsg: string | undefined): Promise<void> {
    requireOwn(requester, userId);
    if ((statusMsg?.length ?? 0) > statusMsgMax)
      throw new MatrixError('M_INVALID_PARAM', `A status message has at most ${statusMsgMax} characters.`);
    await this.#deps.userRooms.of(requester.user);
    const state = said === 'free_for_chat' ? 'online' : said === 'hidden' ? 'offline' : said;
    this.#deps.presences?.say(requester, { state, statusMsg, isFree: said === 'free_for_chat' });
  }

  /** GET presence/{userId}/status: undefined for somebody who is not to be seen by the requester, 404 M_NOT_FOUND for who is not there. */
  async of(requester: Requester, userId: string): Promise<Seen | undefined> {
    const user = await this.#find(userId);
    if (user === undefined) throw notFound(userId);
    if (await this.#maySee(requester, user)) return this.#shown(user);
    if (!(await this.#isAccountHere(user, userId))) throw notFound(userId);
    return undefined;
  }

  /** POST presence/list/{userId}: all of it or nothing. */
  async changeList(requester: Requester, userId: string, invite: readonly string[], drop: readonly string[]): Promise<void> {
    requireOwn(requester, userId);
    if (invite.length + drop.length > listMax) throw new MatrixError('M_INVALID_PARAM', `One request may name ${listMax} people.`);
    const { database } = this.#deps;
    const invited = await Promise.all(invite.map((each) => this.#require(each)));
    const dropped = await Promise.all(drop.map((each) => this.#require(each)));
    if ((await countList(database.reader, requester.user)) + invited.length > listMax)
      throw new MatrixError('M_INVALID_PARAM', `A list has at most ${listMax} people.`);
    const statements = [...invited.map((user) => listing(requester.user, user)), ...dropped.map((user) => delisting(requester.user, user))];
    if (statements.length > 0) await database.write({ claims: [], statements, stream: [] });
  }

  /** GET presence/list/{userId}: those on the list who share a room with its owner. */
  async list(requester: Requester, userId: string): Promise<readonly (Shown & { readonly profile: JsonObject })[]> {
    requireOwn(requester, userId);
    const found: (Shown & { readonly profile: JsonObject })[] = [];
    for (const user of await readList(this.#deps.database.reader, requester.user)) {
      if (!(await this.#maySee(requester, user))) continue;
      const [id = ''] = await this.#deps.engine.userIds([user]);
      found.push({ ...this.#shown(user), userId: id, profile: await this.#deps.memberProfile(id) });
    }
    return found;
  }

  #shown(user: number): Seen {
    return this.#deps.presences?.of(user) ?? { ...offline, activeAgoMs: undefined };
  }

  async #maySee(requester: Requester, user: number): Promise<boolean> {
    if (user === requester.user) return true;
    const { userRooms } = this.#deps;
    const own = new Set<number>();
    for (const [room, { membership }] of await userRooms.of(requester.user)) if (membership === 'join') own.add(room);
    return sharesARoom(await userRooms.of(user), own);
  }

  async #find(userId: string): Promise<number | undefined> {
    if (!parseUserId(userId)) throw new MatrixError('M_INVALID_PARAM', `${JSON.stringify(userId)} is not a user id.`);
    return this.#deps.engine.findUser(userId);
  }

  async #require(userId: string): Promise<number> {
    const user = await this.#find(userId);
    if (user === undefined) throw notFound(userId);
    return user;
  }

  async #isAccountHere(user: number, userId: string): Promise<boolean> {
    return this.#deps.domains.isLocal(domainOf(userId) ?? '') && readIsAccount(this.#deps.database.reader, user);
  }
}

function requireOwn(requester: Requester, userId: string): void {
  if (userId !== requester.userId) throw new MatrixError('M_FORBIDDEN', 'You can only do this for yourself.');
}

function notFound(userId: string): MatrixError {
  return new MatrixError('M_NOT_FOUND', `Nothing is known of ${userId}.`);
}
