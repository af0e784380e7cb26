import type pg from 'pg';

import { pause } from '../ports.ts';
import { StorageUnavailable } from '../write.ts';
import { Connection, type ConnectionDeps } from './connection.ts';
import { classify } from './errors.ts';
import { type GroupResult, PreparedNames, runGroup, type WireStatement } from './group-query.ts';

/** How long an answer that was lost with its connection is looked for; then the writers get StorageUnavailable. */
const lookUpMsMax = 30_000;
const lookUpPauseMs = 300;
/** Rows of lanes that no process has used for this long are removed. */
const forgottenMs = 30 * 24 * 60 * 60_000;

const claimLane = `INSERT INTO lanes (lane, flush, head, seen_ts) VALUES ($1, $2, 0, $3) ON CONFLICT (lane) DO NOTHING`;
const forgetLanes = 'DELETE FROM lanes WHERE seen_ts < $1';
const dropLane = 'DELETE FROM lanes WHERE lane = $1';
/**
 * Tells whether commit number $2 of the lane happened. If not, the number is used up, so that a straggler of the broken
 * connection fails at its mark. If it is just committing, this waits for it.
 */
const lookUp = `UPDATE lanes SET flush = CASE WHEN flush = $2::bigint THEN flush ELSE $2::bigint + 1 END WHERE lane = $1 RETURNING flush, head`;

export type LaneResult =
  | { readonly kind: 'committed'; readonly head: number }
  /** The connection was lost, and what it carried did not happen. */
  | { readonly kind: 'lost'; readonly error: unknown }
  | { readonly kind: 'failed'; readonly step: number; readonly error: unknown };

/**
 * A connection that commits, with a number for each commit. When the connection breaks before the answer, the number tells
 * afterwards what became of it.
 */
export class Lane {
  readonly #id: string;
  readonly #deps: ConnectionDeps;
  readonly #connection: Connection;
  #prepared: { readonly client: pg.Client; readonly names: PreparedNames } | undefined;
  #flush = 0;
  /** A commit whose outcome could not be learnt yet. */
  #unknown = false;

  constructor(id: string, deps: ConnectionDeps) {
    this.#id = id;
    this.#deps = deps;
    this.#connection = new Connection(deps, { pipeline: false, readOnly: false, statementMsMax: 30_000, lockMsMax: 3_000 });
  }

  get id(): string {
    return this.#id;
  }

  async open(): Promise<void> {
    const client = await this.#connection.client();
    await client.query(forgetLanes, [this.#deps.clock.now() - forgottenMs]);
    await client.query(claimLane, [this.#id, this.#flush, this.#deps.clock.now()]);
  }

  async close(): Promise<void> {
    const client = await this.#connection.client().catch(() => undefined);
    await client?.query(dropLane, [this.#id]).catch(() => undefined);
    await this.#connection.close();
  }

  /**
   * Runs a transaction whose last statement but the COMMIT marks this lane with the number it is given. Throws
   * StorageUnavailable when nothing was stored, or when the server did not come back to tell.
   */
  async commit(plan: (flush: number) => readonly WireStatement[]): Promise<LaneResult> {
    if (this.#unknown && (await this.#learn(this.#flush + 1)) !== undefined) {
      this.#deps.log.warn('A commit whose writers were told that the database is unavailable had happened');
    }
    const client = await this.#connection.client();
    const flush = this.#flush + 1;
    const statements = plan(flush);
    const result = await runGroup(client, statements, this.#namesOf(client));
    if (result.tags.length === statements.length && result.tags.at(-1) === 'COMMIT') {
      this.#flush = flush;
      return { kind: 'committed', head: Number(result.lastRow[0]) };
    }
    return this.#afterFailure(client, flush, result);
  }

  /** A plain read on this connection, between commits. */
  async query<Row extends pg.QueryResultRow>(sql: string, values: readonly unknown[]): Promise<Row[]> {
    const client = await this.#connection.client();
    try {
      return (await client.query<Row>(sql, [...values])).rows;
    } catch (error) {
      if (classify(error) === 'lost') this.#connection.drop(client);
      throw new StorageUnavailable(`PostgreSQL did not answer: ${String(error)}`, { cause: error });
    }
  }

  /** The lane's row was removed or belongs to somebody else: make it again. */
  async restore(): Promise<void> {
    await this.query(claimLane, [this.#id, this.#flush, this.#deps.clock.now()]);
    const rows = await this.query<{ flush: number }>('SELECT flush FROM lanes WHERE lane = $1', [this.#id]);
    this.#flush = rows[0]?.flush ?? this.#flush;
  }

  async #afterFailure(client: pg.Client, flush: number, result: GroupResult): Promise<LaneResult> {
    const error = result.error ?? new Error(`a transaction ended with ${result.tags.at(-1) ?? 'nothing'}`);
    if (classify(error) !== 'lost') {
      // The server has skipped everything behind the failure; the transaction is still open.
      const rolledBack = await client.query('ROLLBACK').then(
        () => true,
        () => false,
      );
      // A server that became a standby stays one: the next connection may lead to its successor.
      if (!rolledBack || isReadOnly(error)) this.#connection.drop(client);
      return { kind: 'failed', step: result.tags.length, error };
    }
    this.#connection.drop(client);
    const head = await this.#learn(flush);
    return head === undefined ? { kind: 'lost', error } : { kind: 'committed', head };
  }

  /** The clock after the commit with this number, or undefined if it did not happen and never will. */
  async #learn(flush: number): Promise<number | undefined> {
    this.#unknown = true;
    for (let waitedMs = 0; ; waitedMs += lookUpPauseMs) {
      try {
        const [row] = await this.query<{ flush: number; head: number }>(lookUp, [this.#id, flush]);
        this.#unknown = false;
        if (row === undefined) {
          this.#flush = flush + 1;
          await this.restore();
          return undefined;
        }
        this.#flush = row.flush;
        return row.flush === flush ? row.head : undefined;
      } catch (error) {
        if (waitedMs >= lookUpMsMax) throw error;
        await pause(this.#deps.clock, lookUpPauseMs);
      }
    }
  }

  #namesOf(client: pg.Client): PreparedNames {
    if (this.#prepared?.client !== client) this.#prepared = { client, names: new PreparedNames() };
    return this.#prepared.names;
  }
}

function isReadOnly(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === '25006';
}
