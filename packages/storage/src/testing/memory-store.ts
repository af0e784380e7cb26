import { DatabaseSync } from 'node:sqlite';

import { newCounters } from '../counters.ts';
import type { Database } from '../database.ts';
import { StatementNumbers } from '../dialect/statement-numbers.ts';
import { newIncarnation } from '../incarnation.ts';
import { migrations } from '../migrations/index.ts';
import { NumberBlocks } from '../number-blocks.ts';
import { noLog, type StorageOptions } from '../ports.ts';
import { type Param, point, type Query, type Reader } from '../query.ts';
import { GroupCommitter } from '../sqlite/commit-group.ts';
import type { Refusal } from '../sqlite/messages.ts';
import { migrateSqlite } from '../sqlite/migrate.ts';
import { bindValue, packGroup } from '../sqlite/pack.ts';
import { PreparedReads, rowObjects } from '../sqlite/read-rows.ts';
import { readableParams } from '../storable.ts';
import { type Outcome, placeEntries, WriteQueue } from '../write-queue.ts';
import { StorageUnavailable, type Write, WriteRefused } from '../write.ts';

const clockHead = point<{ head: number }>('storage-clock-head', 'SELECT head FROM clock WHERE id = 1');

/** Waits that a simulation puts before and behind each commit, so that a crash can come in between. */
export type CommitPauses = { readonly before: () => Promise<void>; readonly behind: () => Promise<void> };

const noPauses: CommitPauses = { before: async () => undefined, behind: async () => undefined };

/**
 * SQLite in the memory of this process and on this thread: the same statements and commits as on disk, with nothing that a machine's
 * load could reorder. The store is the disk: it outlives the process that `open` stands for.
 */
export class MemoryStore {
  readonly #connection = new DatabaseSync(':memory:');
  readonly #numbers = new StatementNumbers('sqlite');
  readonly #reads: PreparedReads;
  readonly #committer: GroupCommitter;
  readonly #incarnation: string;
  readonly #options: StorageOptions;
  #life = 0;

  constructor(options: StorageOptions) {
    this.#options = options;
    migrateSqlite(this.#connection, migrations, options.clock.now());
    this.#reads = new PreparedReads(this.#connection);
    this.#committer = new GroupCommitter(this.#connection);
    this.#incarnation = newIncarnation(options.random);
  }

  /** The store as a new process sees it. Of a process that ran before, nothing is answered and nothing is stored any more. */
  open(pauses: CommitPauses = noPauses): Database {
    this.#life += 1;
    const life = this.#life;
    const counters = newCounters();
    const reader = this.#reader(life);
    const queue = new WriteQueue({
      commit: async (writes) => {
        await pauses.before();
        await this.#alive(life);
        const outcomes = this.#commit(writes);
        await pauses.behind();
        await this.#alive(life);
        return outcomes;
      },
      check: (write) => this.#check(write),
      counters,
      log: this.#options.log ?? noLog,
    });
    const blocks = new NumberBlocks(async (sequence, count) => {
      await this.#alive(life);
      return this.#reserve(sequence, count);
    });
    return {
      engine: 'sqlite',
      incarnation: this.#incarnation,
      reader,
      counters,
      write: (write) => queue.write(write),
      takeNumbers: (sequence, count) => blocks.take(sequence, count),
      head: async () => (await reader.first(clockHead, []))?.head ?? 0,
      onCommitted: (listener) => queue.onCommitted(listener),
      close: () => queue.close(),
    };
  }

  /** What is on disk, whoever has it open. */
  inspect<Row>(sql: string): Row[] {
    return this.#connection.prepare(sql).all() as Row[];
  }

  /** Ends the process that has the store open, as a kill would. */
  crash(): void {
    this.#life += 1;
  }

  close(): void {
    this.#life += 1;
    this.#connection.close();
  }

  /** Who was killed waits for ever. */
  #alive(life: number): Promise<void> {
    return life === this.#life ? Promise.resolve() : new Promise(() => undefined);
  }

  #reader(life: number): Reader {
    const all = async <Row>(query: Query<Row>, params: readonly Param[]): Promise<Row[]> => {
      await this.#alive(life);
      const readable = readableParams(params);
      if (readable === undefined) return [];
      const rows = this.#reads.run(this.#numbers.ofQuery(query), (number) => this.#numbers.sqlOf(number), readable.map(bindValue));
      return rowObjects<Row>(rows);
    };
    return { all, first: async (query, params) => (await all(query, params))[0] };
  }

  #check(write: Write): void {
    for (const statement of write.statements) {
      if ('insert' in statement) this.#numbers.ofInsert(statement.insert);
      else this.#numbers.ofQuery(statement.run);
    }
  }

  #commit(writes: readonly Write[]): readonly Outcome[] {
    const { refused, head } = this.#committer.run(packGroup(writes, this.#numbers));
    return placeEntries(writes, new Map(refused.map((refusal) => [refusal.index, refusalError(refusal)])), head);
  }

  #reserve(sequence: string, count: number): number {
    const row = this.#connection
      .prepare(
        `INSERT INTO number_blocks (sequence, next) VALUES (?1, 1 + ?2)
         ON CONFLICT (sequence) DO UPDATE SET next = next + ?2 RETURNING next - ?2 AS first`,
      )
      .get(sequence, count);
    return Number(row?.['first']);
  }
}

function refusalError({ why, message }: Refusal): Error {
  if (why === 'unavailable') return new StorageUnavailable(message);
  return why === 'failed' ? new Error(`a write failed: ${message}`) : new WriteRefused(why, message);
}
