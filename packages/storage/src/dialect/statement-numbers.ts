import type { Query } from '../query.ts';
import type { Insert } from '../write.ts';
import { renderInsert } from './insert.ts';
import { type Engine, expandQuery } from './macros.ts';

/** Different statements of one database. They are constants of the code; more means that somebody builds SQL from input. */
const statementsMax = 5_000;

/**
 * Renders each statement once and gives it a number: the SQLite threads know statements by it, PostgreSQL's prepared statements
 * are named by it. Remembers which ones a thread was not told yet.
 */
export class StatementNumbers {
  readonly #engine: Engine;
  readonly #byIdentity = new WeakMap<object, number>();
  readonly #guarded = new WeakMap<object, number>();
  readonly #words = new WeakMap<object, ReadonlySet<string>>();
  readonly #byName = new Map<string, { readonly number: number; readonly sql: string }>();
  readonly #all: string[] = [];
  #told = 0;

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  ofInsert(insert: Insert): number {
    return this.#byIdentity.get(insert) ?? this.#add(insert, `insert ${insert.name}`, renderInsert(this.#engine, insert));
  }

  ofQuery(query: Query<unknown>): number {
    return this.#byIdentity.get(query) ?? this.#add(query, query.name, expandQuery(this.#engine, query.sql));
  }

  /** PostgreSQL only: a command that fails, by dividing by zero, unless it changes as many rows as its last parameter says. */
  ofGuarded(query: Query<unknown>, params: number): number {
    const known = this.#guarded.get(query);
    if (known !== undefined) return known;
    const sql = expandQuery(this.#engine, query.sql);
    const count = `SELECT 1 / (CASE WHEN count(*) = $${params + 1}::bigint THEN 1 ELSE 0 END) FROM changed`;
    const number = this.#add({}, `guarded ${query.name}`, `WITH changed AS (${sql} RETURNING 1) ${count}`);
    this.#guarded.set(query, number);
    return number;
  }

  /** Whether a command may read or change a table: whether the table's name is a word of its text. */
  mentions(query: Query<unknown>, table: string): boolean {
    let words = this.#words.get(query);
    if (words === undefined) {
      words = new Set(query.sql.match(/\w+/g));
      this.#words.set(query, words);
    }
    return words.has(table);
  }

  sqlOf(number: number): string {
    const sql = this.#all[number];
    if (sql === undefined) throw new Error(`statement ${number} does not exist`);
    return sql;
  }

  /** What the thread must learn before the next message. */
  takeUntold(): string[] {
    const untold = this.#all.slice(this.#told);
    this.#told = this.#all.length;
    return untold;
  }

  /** A new thread knows nothing. */
  forgetTold(): void {
    this.#told = 0;
  }

  #add(identity: object, name: string, sql: string): number {
    const known = this.#byName.get(name);
    if (known !== undefined && known.sql !== sql) throw new Error(`two statements have the name "${name}"`);
    const number = known?.number ?? this.#all.length;
    if (known === undefined) {
      if (number >= statementsMax) throw new Error(`more than ${statementsMax} different statements`);
      this.#all.push(sql);
      this.#byName.set(name, { number, sql });
    }
    this.#byIdentity.set(identity, number);
    return number;
  }
}
