import type pg from 'pg';

/** A value as it goes over the wire: text, bytes in binary form, or NULL. */
export type WireValue = string | Buffer | null;
export type WireStatement = { readonly name: string; readonly sql: string; readonly values: readonly WireValue[] };

/** How far a group came. `tags` has the command tag of each statement that was done; an error belongs to the statement after them. */
export type GroupResult = { readonly tags: readonly string[]; readonly lastRow: readonly (string | null)[]; readonly error?: unknown };

/** The prepared statements of one connection. `unsure`: a failure may have come before or after the statement was known to the server. */
export class PreparedNames {
  readonly known = new Set<string>();
  readonly unsure = new Set<string>();
}

/** The part of pg's connection that we speak through. pg's types ask for a second argument that its code ignores. */
type Wire = {
  readonly stream: { cork(): void; uncork(): void };
  parse(statement: { name: string; text: string; types: number[] }): void;
  bind(values: { statement: string; values: readonly WireValue[] }): void;
  execute(portal: Record<string, never>): void;
  close(statement: { type: 'S'; name: string }): void;
  sync(): void;
};

/**
 * Many prepared statements as one network write with a single Sync behind them: after an error the server skips all the others,
 * so nothing that follows a failure, not even the COMMIT, is ever looked at.
 * https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-PIPELINING
 */
class GroupQuery {
  readonly #statements: readonly WireStatement[];
  readonly #prepared: PreparedNames;
  readonly #settle: (result: GroupResult) => void;
  readonly #tags: string[] = [];
  #lastRow: readonly (string | null)[] = [];

  constructor(statements: readonly WireStatement[], prepared: PreparedNames, settle: (result: GroupResult) => void) {
    this.#statements = statements;
    this.#prepared = prepared;
    this.#settle = settle;
  }

  submit(connection: unknown): void {
    const wire = connection as Wire;
    const parsed = new Set<string>();
    wire.stream.cork();
    for (const { name, sql, values } of this.#statements) {
      if (!this.#prepared.known.has(name) && !parsed.has(name)) {
        if (this.#prepared.unsure.delete(name)) wire.close({ type: 'S', name });
        wire.parse({ name, text: sql, types: [] });
        parsed.add(name);
      }
      wire.bind({ statement: name, values });
      wire.execute({});
    }
    wire.sync();
    wire.stream.uncork();
  }

  handleDataRow(message: { fields: (string | null)[] }): void {
    this.#lastRow = message.fields;
  }

  handleCommandComplete(message: { text: string }): void {
    const statement = this.#statements[this.#tags.length];
    if (statement) this.#prepared.known.add(statement.name);
    this.#tags.push(message.text);
  }

  handleError(error: unknown): void {
    // The server has looked at nothing behind the one that failed: what was to be closed there may still be known to it.
    for (const { name } of this.#statements.slice(this.#tags.length)) if (!this.#prepared.known.has(name)) this.#prepared.unsure.add(name);
    this.#settle({ tags: this.#tags, lastRow: this.#lastRow, error });
  }

  handleReadyForQuery(): void {
    this.#settle({ tags: this.#tags, lastRow: this.#lastRow });
  }

  handleRowDescription(): void {}
  handlePortalSuspended(): void {}
  handleEmptyQuery(): void {}
  handleCopyInResponse(): void {}
  handleCopyData(): void {}
}

/** Sends the statements and tells how far they came. Never rejects. The client must not be a pipelining one. */
export function runGroup(client: pg.Client, statements: readonly WireStatement[], prepared: PreparedNames): Promise<GroupResult> {
  return new Promise((settle) => {
    client.query(new GroupQuery(statements, prepared, settle));
  });
}
