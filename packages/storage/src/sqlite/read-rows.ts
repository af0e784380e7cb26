import type { DatabaseSync, StatementSync } from 'node:sqlite';

/** Result of a statement as rows of values, and the names of the columns. */
export type Rows = { readonly columns: readonly string[]; readonly rows: readonly unknown[][] };
type Prepared = { readonly statement: StatementSync; readonly columns: readonly string[] };

/** Runs reads on one connection; each SQL text is prepared once. */
export class PreparedReads {
  readonly #database: DatabaseSync;
  /** As many as there are queries in the code: StatementNumbers bounds them. */
  readonly #prepared = new Map<number, Prepared>();

  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  run(number: number, sqlOf: (number: number) => string, values: readonly (number | string | Uint8Array | null)[]): Rows {
    const prepared = this.#prepared.get(number) ?? this.#prepare(number, sqlOf(number));
    return { columns: prepared.columns, rows: prepared.statement.all(...values) as unknown as unknown[][] };
  }

  #prepare(number: number, sql: string): Prepared {
    const statement = this.#database.prepare(sql);
    statement.setReturnArrays(true);
    const prepared = { statement, columns: statement.columns().map(({ name }) => name) };
    this.#prepared.set(number, prepared);
    return prepared;
  }
}

/** Plain objects, as the other engine's driver makes them. */
export function rowObjects<Row>({ columns, rows }: Rows): Row[] {
  return rows.map((row) => {
    const object: Record<string, unknown> = {};
    for (let index = 0; index < columns.length; index++) object[columns[index] as string] = row[index];
    return object as Row;
  });
}
