/**
 * Queries are written once for both engines.
 *
 * Parameters are `$1`, `$2`, …. True differences between the engines hide behind a few macros that dialect/ expands:
 * - `{in $1}` after an expression: "is one of the integers in this array parameter" (`room {in $1}`), `{in-text $1}` likewise for strings;
 * - of the table `search` only: `{search-key}` (the event's number), `{search-words $1}` (terms between spaces, to be stored),
 *   `{search-matches $1}` (a condition: terms of lower-case letters and digits, with ` AND `, ` OR ` and brackets between them),
 *   `{search-merge $1}` (a statement that rewrites so many pages without the words of what was deleted; a negative number begins a round),
 *   `{search-pages}` (a statement that counts the pages of such a round);
 * - in migrations only: `{number}` (integer primary key column type), `{text}` (text compared by code point), `{bytes}`, `{clustered}`, `{search_table}`, `{search_index}`.
 */
export type Param = number | string | Uint8Array | null | readonly number[] | readonly string[];

export type Query<Row = never> = {
  /** Unique; names the prepared statement and the counters. Kebab-case, `<store>-<what>`. */
  readonly name: string;
  readonly sql: string;
  /**
   * `point`: by primary key or a range of at most 20 rows; SQLite answers it on the main thread.
   * `scan`: anything longer; SQLite answers it in the reader worker.
   */
  readonly reach: 'point' | 'scan';
  /** Only in the type system: the shape of a row. Integers arrive as `number`, bytes as `Uint8Array`, absent as `null`. */
  readonly row?: Row;
};

/** Queries are constants of the code; a test looks at the plans of all that the loaded modules made. */
const made = new Map<string, Query<unknown>>();

export function queriesMade(): readonly Query<unknown>[] {
  return [...made.values()];
}

function make<Row>(query: Query<Row>): Query<Row> {
  made.set(query.name, query);
  return query;
}

/** A read by primary key or of a short range (at most 20 rows). */
export function point<Row>(name: string, sql: string): Query<Row> {
  return make({ name, sql, reach: 'point' });
}

/** A read of unknown or large size. */
export function scan<Row>(name: string, sql: string): Query<Row> {
  return make({ name, sql, reach: 'scan' });
}

/**
 * A statement that writes; used only inside a `Write`. With `mustChange` it must begin with INSERT, UPDATE or DELETE and have no
 * RETURNING. It must not touch `rooms.revision` or `clock` nor add to `stream`: those are the commit's.
 */
export function command(name: string, sql: string): Query {
  return make({ name, sql, reach: 'point' });
}

/**
 * Read access. A store's read path gets only this, so it cannot write. No read transaction lives across an await. A read with a
 * text or number that no row can hold (U+0000, a lone surrogate, beyond ±2^53) finds nothing. Throws StorageUnavailable.
 */
export interface Reader {
  all<Row>(query: Query<Row>, params: readonly Param[]): Promise<Row[]>;
  first<Row>(query: Query<Row>, params: readonly Param[]): Promise<Row | undefined>;
}
