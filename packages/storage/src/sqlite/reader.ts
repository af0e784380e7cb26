import type { DatabaseSync } from 'node:sqlite';

import type { StorageCounters } from '../database.ts';
import { StatementNumbers } from '../dialect/statement-numbers.ts';
import type { StorageLog } from '../ports.ts';
import type { Param, Query, Reader } from '../query.ts';
import { readableParams } from '../storable.ts';
import { StorageUnavailable } from '../write.ts';
import { openReader } from './connection.ts';
import { classify } from './errors.ts';
import { bindValue } from './pack.ts';
import { PreparedReads, rowObjects, type Rows } from './read-rows.ts';
import { Scans } from './scans.ts';

/** Point reads on this thread, each done in the tick that asked; scans in the reader thread. */
export class SqliteReader implements Reader {
  readonly #connection: DatabaseSync;
  readonly #points: PreparedReads;
  readonly #scans: Scans;
  readonly #statements = new StatementNumbers('sqlite');
  readonly #counters: StorageCounters;

  constructor(file: string, counters: StorageCounters, log: StorageLog) {
    this.#connection = openReader(file);
    this.#points = new PreparedReads(this.#connection);
    this.#scans = new Scans(file, this.#statements, log);
    this.#counters = counters;
  }

  async all<Row>(query: Query<Row>, params: readonly Param[]): Promise<Row[]> {
    const readable = readableParams(params);
    if (readable === undefined) return [];
    const statement = this.#statements.ofQuery(query);
    const values = readable.map(bindValue);
    this.#counters.statementsRead += 1;
    const result = query.reach === 'point' ? this.#point(statement, values) : await this.#scans.run({ statement, values });
    this.#counters.rowsRead += result.rows.length;
    return rowObjects<Row>(result);
  }

  async first<Row>(query: Query<Row>, params: readonly Param[]): Promise<Row | undefined> {
    return (await this.all(query, params))[0];
  }

  #point(statement: number, values: readonly (number | string | Uint8Array | null)[]): Rows {
    try {
      return this.#points.run(statement, (number) => this.#statements.sqlOf(number), values);
    } catch (error) {
      if (classify(error) === 'unavailable') throw new StorageUnavailable(`SQLite cannot read: ${String(error)}`, { cause: error });
      throw error;
    }
  }

  async close(): Promise<void> {
    await this.#scans.close();
    this.#connection.close();
  }
}
