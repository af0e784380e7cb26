import { LRUCache } from 'lru-cache';

import { readAccountData } from './store.ts';
import { isJsonObject, ownObject, parseJsonText } from '@hearth/protocol';
import { type Database, type StreamEntry, streamKinds } from '@hearth/storage';

const type = 'm.ignored_user_list';
/** Lists kept in mind, most of them empty. */
const usersMax = 20_000;
/** Users of one list that count. */
const ignoredMax = 10_000;

/** Whom users ignore (https://spec.matrix.org/v1.19/client-server-api/#ignoring-users): read once, then kept right by the stream. */
export class IgnoredUsers {
  readonly #database: Database;
  readonly #lists = new LRUCache<number, Promise<ReadonlySet<string>>>({ max: usersMax });

  constructor(database: Database) {
    this.#database = database;
  }

  /** Ids of the users whom this one ignores. */
  of(user: number): Promise<ReadonlySet<string>> {
    const known = this.#lists.get(user);
    if (known) return known;
    const list = this.#read(user);
    this.#lists.set(user, list);
    // A reading that failed is tried again by the next who asks.
    list.catch(() => this.#lists.delete(user));
    return list;
  }

  /** A consumer of the tail. */
  readonly consume = (entries: readonly StreamEntry[]): void => {
    for (const { kind, usr, subject, detail } of entries) {
      if (kind === streamKinds.accountData && usr !== null && subject === 0 && detail === type) this.#lists.delete(usr);
    }
  };

  async #read(user: number): Promise<ReadonlySet<string>> {
    const text = await readAccountData(this.#database.reader, user, 0, type);
    if (text === undefined) return nobody;
    const parsed = parseJsonText(text, { numbers: 'any' });
    const list = parsed.ok && isJsonObject(parsed.value) ? ownObject(parsed.value, 'ignored_users') : undefined;
    return new Set(Object.keys(list ?? {}).slice(0, ignoredMax));
  }
}

const nobody: ReadonlySet<string> = new Set();
