import type { StorageCounters } from '../database.ts';
import { StatementNumbers } from '../dialect/statement-numbers.ts';
import type { Param, Query, Reader } from '../query.ts';
import { readableParams } from '../storable.ts';
import { StorageUnavailable } from '../write.ts';
import type { ConnectionDeps } from './connection.ts';
import { classify } from './errors.ts';
import { wireValue } from './plan-group.ts';
import { Pool } from './pool.ts';

const readOnly = { readOnly: true, statementMsMax: 60_000, lockMsMax: 10_000 };

/** Point reads share pipelined connections; a scan has a connection for itself as long as it runs. */
export class PostgresReader implements Reader {
  readonly #points: Pool;
  readonly #scans: Pool;
  readonly #statements = new StatementNumbers('postgres');
  readonly #counters: StorageCounters;

  constructor(deps: ConnectionDeps, counters: StorageCounters) {
    this.#points = new Pool(deps, readOnly, { connections: 2, depth: 100 });
    this.#scans = new Pool(deps, readOnly, { connections: 4, depth: 1 });
    this.#counters = counters;
  }

  async all<Row>(query: Query<Row>, params: readonly Param[]): Promise<Row[]> {
    const readable = readableParams(params);
    if (readable === undefined) return [];
    const number = this.#statements.ofQuery(query);
    this.#counters.statementsRead += 1;
    const pool = query.reach === 'point' ? this.#points : this.#scans;
    try {
      const rows = await pool.run({ name: `s${number}`, text: this.#statements.sqlOf(number), values: readable.map(wireValue) });
      this.#counters.rowsRead += rows.length;
      return rows as Row[];
    } catch (error) {
      switch (classify(error)) {
        // No row has a number that does not even fit the column.
        case 'out-of-range':
          return [];
        case 'busy':
        case 'unavailable':
          throw new StorageUnavailable(`the read "${query.name}" could not be answered: ${String(error)}`, { cause: error });
        default:
          throw error;
      }
    }
  }

  async first<Row>(query: Query<Row>, params: readonly Param[]): Promise<Row | undefined> {
    return (await this.all(query, params))[0];
  }

  async close(): Promise<void> {
    await Promise.all([this.#points.close(), this.#scans.close()]);
  }
}
