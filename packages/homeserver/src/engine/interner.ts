import type { Soon } from './soon.ts';
import { insertStateKey, insertUser, stateKeyByText, userById, usersByNumber } from './store.ts';
import type { Database } from '@hearth/storage';

/** Entries kept in each direction; about 10 MB when full. */
const cacheEntriesMax = 50_000;

/** Gives numbers to user ids and to (type, state_key) pairs: strings at the edge, integers inside. */
export class Interner {
  readonly #database: Database;
  readonly #userNumbers = new BoundedMap<string, number>(cacheEntriesMax);
  readonly #userIds = new BoundedMap<number, string>(cacheEntriesMax);
  readonly #stateKeys = new BoundedMap<string, number>(cacheEntriesMax);

  constructor(database: Database) {
    this.#database = database;
  }

  findUser(userId: string): Soon<number | undefined> {
    return this.#userNumbers.get(userId) ?? this.#readUser(userId);
  }

  async #readUser(userId: string): Promise<number | undefined> {
    const row = await this.#database.reader.first(userById, [userId]);
    if (row) this.#rememberUser(userId, row.number);
    return row?.number;
  }

  internUser(userId: string): Soon<number> {
    return this.#userNumbers.get(userId) ?? this.#internUser(userId);
  }

  async #internUser(userId: string): Promise<number> {
    const known = await this.findUser(userId);
    if (known !== undefined) return known;
    const number = await this.#database.takeNumbers('user', 1);
    await this.#database.write({ claims: [], statements: [{ insert: insertUser, row: [number, userId] }], stream: [] });
    // Somebody else may have been first: what is stored decides.
    const row = await this.#database.reader.first(userById, [userId]);
    if (!row) throw new Error(`user id was not stored: ${userId}`);
    this.#rememberUser(userId, row.number);
    return row.number;
  }

  async userIds(users: readonly number[]): Promise<string[]> {
    const found = new Map<number, string>();
    const missing = new Set<number>();
    for (const user of users) {
      const id = this.#userIds.get(user);
      if (id === undefined) missing.add(user);
      else found.set(user, id);
    }
    if (missing.size > 0) {
      for (const row of await this.#database.reader.all(usersByNumber, [[...missing]])) {
        this.#rememberUser(row.user_id, row.number);
        found.set(row.number, row.user_id);
      }
    }
    return users.map((user) => {
      const id = found.get(user);
      if (id === undefined) throw new Error(`no user has the number ${user}`);
      return id;
    });
  }

  findStateKey(type: string, stateKey: string): Soon<number | undefined> {
    const text = pairText(type, stateKey);
    return this.#stateKeys.get(text) ?? this.#readStateKey(text, type, stateKey);
  }

  async #readStateKey(text: string, type: string, stateKey: string): Promise<number | undefined> {
    const row = await this.#database.reader.first(stateKeyByText, [Buffer.from(type), Buffer.from(stateKey)]);
    if (row) this.#stateKeys.set(text, row.number);
    return row?.number;
  }

  async internStateKey(type: string, stateKey: string): Promise<number> {
    const known = await this.findStateKey(type, stateKey);
    if (known !== undefined) return known;
    const number = await this.#database.takeNumbers('state-key', 1);
    const row = [number, Buffer.from(type), Buffer.from(stateKey)];
    await this.#database.write({ claims: [], statements: [{ insert: insertStateKey, row }], stream: [] });
    const stored = await this.findStateKey(type, stateKey);
    if (stored === undefined) throw new Error('state key was not stored');
    return stored;
  }

  #rememberUser(userId: string, number: number): void {
    this.#userNumbers.set(userId, number);
    this.#userIds.set(number, userId);
  }
}

/** A pair as one map key; the length makes it unambiguous whatever characters the two hold. */
function pairText(type: string, stateKey: string): string {
  return `${type.length}:${type}${stateKey}`;
}

/** A map that forgets its oldest entry when full. */
class BoundedMap<Key, Value> {
  readonly #entries = new Map<Key, Value>();
  readonly #entriesMax: number;
  constructor(entriesMax: number) {
    this.#entriesMax = entriesMax;
  }
  get(key: Key): Value | undefined {
    return this.#entries.get(key);
  }
  has(key: Key): boolean {
    return this.#entries.has(key);
  }
  set(key: Key, value: Value): void {
    if (this.#entries.size >= this.#entriesMax && !this.#entries.has(key)) {
      const oldest = this.#entries.keys().next();
      if (!oldest.done) this.#entries.delete(oldest.value);
    }
    this.#entries.set(key, value);
  }
}
