import { LRUCache } from 'lru-cache';

import { invitePermissionTypes, inviteRules, type InviteVerdict } from './invite-rules.ts';
import { readAccountData } from './store.ts';
import { isJsonObject, parseJsonText } from '@hearth/protocol';
import { type Database, type StreamEntry, streamKinds } from '@hearth/storage';

type Rules = (inviter: string) => InviteVerdict;

/** Users whose rules are kept in mind; most have none. */
const usersMax = 20_000;

/** From whom users take invitations: read once, then kept right by the stream. */
export class InvitePermissions {
  readonly #database: Database;
  readonly #rules = new LRUCache<number, Promise<Rules>>({ max: usersMax });

  constructor(database: Database) {
    this.#database = database;
  }

  /** What this user's account data says about an invitation by somebody. */
  async verdict(user: number, inviter: string): Promise<InviteVerdict> {
    return (await this.#of(user))(inviter);
  }

  /** A consumer of the tail. */
  readonly consume = (entries: readonly StreamEntry[]): void => {
    for (const { kind, usr, subject, detail } of entries) {
      if (kind === streamKinds.accountData && usr !== null && subject === 0 && types.has(detail)) this.#rules.delete(usr);
    }
  };

  #of(user: number): Promise<Rules> {
    const known = this.#rules.get(user);
    if (known) return known;
    const rules = this.#read(user);
    this.#rules.set(user, rules);
    // A reading that failed is tried again by the next who asks.
    rules.catch(() => this.#rules.delete(user));
    return rules;
  }

  async #read(user: number): Promise<Rules> {
    const texts = await Promise.all(invitePermissionTypes.map((type) => readAccountData(this.#database.reader, user, 0, type)));
    const parsed = texts.map((text) => (text === undefined ? undefined : parseJsonText(text, { numbers: 'any' })));
    return inviteRules(parsed.flatMap((json) => (json?.ok === true && isJsonObject(json.value) ? [json.value] : [])));
  }
}

const types: ReadonlySet<string | null> = new Set(invitePermissionTypes);
