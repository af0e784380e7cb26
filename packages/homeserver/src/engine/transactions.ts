import type { DraftDeps } from './draft-deps.ts';
import type { Submitted, TransactionKey } from './engine.ts';
import { transactionEvent } from './store.ts';

/** Transactions that are remembered at least; twice as many at most. About 200 bytes each. */
const recentMax = 10_000;
/** Devices that are remembered for having repeated what was forgotten here. */
const repeatersMax = 1_000;

/**
 * Makes requests with a transaction id idempotent: also against a repeat at the same time, after a restart, and on another node.
 * What decides is the unique key of the table, so a new transaction reads nothing. Memory answers the repeats that really happen,
 * which come soon and to the same node.
 */
export class Transactions {
  readonly #deps: Pick<DraftDeps, 'database' | 'events'>;
  /** Requests that are under way: a repeat waits for the first. */
  readonly #underWay = new Map<string, Promise<Submitted>>();
  /** Event numbers of what was answered lately, in two generations: the older one goes as a whole. */
  #recent = new Map<string, number>();
  #older: ReadonlyMap<string, number> = new Map();
  /** A repeat that memory does not know costs the writes of its group a second attempt; who did that once is looked up first. */
  readonly #repeaters = new Set<string>();

  constructor(deps: Pick<DraftDeps, 'database' | 'events'>) {
    this.#deps = deps;
  }

  async once(transaction: TransactionKey, run: () => Promise<Submitted>): Promise<Submitted> {
    const key = JSON.stringify([transaction.user, transaction.deviceId, transaction.scope, transaction.txnId]);
    const first = this.#underWay.get(key);
    if (first) await first.catch(() => undefined);
    const known = this.#recent.get(key) ?? this.#older.get(key);
    const before = known === undefined ? undefined : await this.#submitted(known);
    if (before) return before;
    const running = this.#firstOrStored(transaction, run);
    this.#underWay.set(key, running);
    try {
      const submitted = await running;
      this.#remember(key, submitted.record.number);
      return submitted;
    } finally {
      if (this.#underWay.get(key) === running) this.#underWay.delete(key);
    }
  }

  async #firstOrStored(transaction: TransactionKey, run: () => Promise<Submitted>): Promise<Submitted> {
    const device = `${transaction.user} ${transaction.deviceId}`;
    const before = this.#repeaters.has(device) ? await this.#stored(transaction) : undefined;
    if (before) return before;
    try {
      return await run();
    } catch (error) {
      // Refused by the unique key; or for another reason, such as a sender who has left since: the first one was not refused.
      const stored = await this.#stored(transaction);
      if (!stored) throw error;
      if (this.#repeaters.size >= repeatersMax) this.#repeaters.clear();
      this.#repeaters.add(device);
      return stored;
    }
  }

  async #stored({ user, deviceId, scope, txnId }: TransactionKey): Promise<Submitted | undefined> {
    const row = await this.#deps.database.reader.first(transactionEvent, [user, deviceId, scope, txnId]);
    return row && row.event !== null ? this.#submitted(row.event) : undefined;
  }

  async #submitted(event: number): Promise<Submitted | undefined> {
    const record = await this.#deps.events.byNumber(event);
    return record && { record, position: 0, repeated: true };
  }

  #remember(key: string, event: number): void {
    if (this.#recent.size >= recentMax) {
      this.#older = this.#recent;
      this.#recent = new Map();
    }
    this.#recent.set(key, event);
  }
}
