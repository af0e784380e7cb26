import { hasTransactionsBefore, noticesDeletion, oldTransactionsDeletion } from './store.ts';
import type { Database } from '@hearth/storage';

/** Rows that one write deletes, and positions of the stream that it looks at. */
const rowsAtOnce = 500;
export const positionsAtOnce = 5_000;

/** Deletes in small parts what nobody asks for any more. */
export class Upkeep {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** The end of the stream. */
  head(): Promise<number> {
    return this.#database.head();
  }

  /** Deletes some of the transactions before a time; false when there is none. */
  async trimTransactions(beforeTs: number): Promise<boolean> {
    if (!(await hasTransactionsBefore(this.#database.reader, beforeTs))) return false;
    await this.#database.write({ claims: [], statements: [oldTransactionsDeletion(beforeTs, rowsAtOnce)], stream: [] });
    return true;
  }

  /** Deletes from the stream what told only running nodes something, at positions in [from, below). */
  async trimNotices(from: number, below: number): Promise<void> {
    await this.#database.write({ claims: [], statements: [noticesDeletion(from, below)], stream: [] });
  }
}
