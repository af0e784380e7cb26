import { LRUCache } from 'lru-cache';

import { RulesInForce } from './rules-in-force.ts';
import { readPushRules } from './store.ts';
import { noPushRuleChanges, type PushRuleChanges } from '@hearth/protocol';
import { type Database, type StreamEntry, streamKinds } from '@hearth/storage';

/** Characters of stored rules that are kept in mind; most users have none. */
const charsMax = 4 * 1024 * 1024;
/** Users whose rules are kept ready for use: those who changed theirs and wait for news. */
const inForceMax = 1_000;
/** What an entry takes besides its text. */
const entryChars = 200;

type InForce = { readonly changes: PushRuleChanges; readonly rules: RulesInForce };
type Kept = { readonly changes: PushRuleChanges; readonly chars: number };

/** What users changed about their push rules: read once, then kept right by the stream. */
export class UsersPushRules {
  readonly #database: Database;
  readonly #kept = new LRUCache<number, Kept>({ maxSize: charsMax, sizeCalculation: ({ chars }) => chars + entryChars });
  readonly #inForce = new LRUCache<number, InForce>({ max: inForceMax });
  /** Readings that are under way; the stream takes away those that may be of before a change. */
  readonly #reading = new Map<number, Promise<Kept>>();

  constructor(database: Database) {
    this.#database = database;
  }

  async of(user: number): Promise<PushRuleChanges> {
    return (this.#kept.get(user) ?? (await (this.#reading.get(user) ?? this.#read(user)))).changes;
  }

  /** The rules ready for use, or undefined for those of everybody. */
  async inForce(user: number, userId: string): Promise<RulesInForce | undefined> {
    const changes = await this.of(user);
    if (changes.rules.length + changes.defaults.length === 0 && !/[*?]/.test(userId)) return undefined;
    const known = this.#inForce.get(user);
    if (known?.changes === changes) return known.rules;
    const rules = new RulesInForce(userId, changes);
    this.#inForce.set(user, { changes, rules });
    return rules;
  }

  /** A consumer of the tail. */
  readonly consume = (entries: readonly StreamEntry[]): void => {
    for (const { kind, usr, subject, detail } of entries)
      if (kind === streamKinds.accountData && usr !== null && subject === 0 && detail === 'm.push_rules') this.forget(usr);
  };

  forget(user: number): void {
    this.#kept.delete(user);
    this.#inForce.delete(user);
    this.#reading.delete(user);
  }

  async #read(user: number): Promise<Kept> {
    const reading = readPushRules(this.#database.reader, user).then((row) => ({
      changes: row === undefined ? noPushRuleChanges : (JSON.parse(row.changes) as PushRuleChanges),
      chars: row?.changes.length ?? 0,
    }));
    this.#reading.set(user, reading);
    try {
      const read = await reading;
      if (this.#reading.get(user) === reading) this.#kept.set(user, read);
      return read;
    } finally {
      if (this.#reading.get(user) === reading) this.#reading.delete(user);
    }
  }
}
