import { LRUCache } from 'lru-cache';

import { type Database, type Insert, point, type Statement, type StreamEntry, streamKinds } from '@hearth/storage';

/** Senders of whom is remembered whether they were erased; nearly all of them were not. */
const sendersMax = 100_000;
/** Senders that are looked up at once. */
const lookedUpMax = 20;

const erasedRows = point<{ usr: number; erased_ts: number }>(
  'engine-erased-users',
  'SELECT usr, erased_ts FROM erased_users WHERE usr {in $1}',
);

const insertErased: Insert = {
  name: 'engine-insert-erased-user',
  table: 'erased_users',
  columns: [
    { name: 'usr', type: 'integer' },
    { name: 'erased_ts', type: 'integer' },
  ],
  onConflict: { do: 'ignore', key: ['usr'] },
};

/** Notes that a user asked to be erased; belongs to the commit that ends the account. */
export function erasure(user: number, ts: number): Statement {
  return { insert: insertErased, row: [user, ts] };
}

/**
 * Who asked to be erased, and when (client-server API, POST account/deactivate, `erase`). Read once for each sender, then kept right
 * by the stream, which tells of every change of an account.
 */
export class ErasedUsers {
  readonly #database: Pick<Database, 'reader'>;
  /** When, or 0 for who was not erased. */
  readonly #erased = new LRUCache<number, number>({ max: sendersMax });
  /** Counts changes, so that a reading that began before one is not kept. */
  #changes = 0;

  constructor(database: Pick<Database, 'reader'>) {
    this.#database = database;
  }

  /** A consumer of the tail. */
  readonly consume = (entries: readonly StreamEntry[]): void => {
    for (const { kind, subject } of entries) {
      if (kind !== streamKinds.account) continue;
      this.#changes += 1;
      this.#erased.delete(subject);
    }
  };

  /** Of these users, those who were erased, with the time of it. */
  async among(users: Iterable<number>): Promise<ReadonlyMap<number, number>> {
    const found = new Map<number, number>();
    const unknown: number[] = [];
    for (const user of new Set(users)) {
      const ts = this.#erased.get(user);
      if (ts === undefined) unknown.push(user);
      else if (ts !== 0) found.set(user, ts);
    }
    for (let start = 0; start < unknown.length; start += lookedUpMax) {
      for (const [user, ts] of await this.#read(unknown.slice(start, start + lookedUpMax))) found.set(user, ts);
    }
    return found;
  }

  async #read(users: readonly number[]): Promise<ReadonlyMap<number, number>> {
    const changes = this.#changes;
    const rows = await this.#database.reader.all(erasedRows, [users]);
    const erased = new Map(rows.map((row) => [row.usr, row.erased_ts]));
    if (this.#changes === changes) for (const user of users) this.#erased.set(user, erased.get(user) ?? 0);
    return erased;
  }
}
