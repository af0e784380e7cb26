export type Engine = 'sqlite' | 'postgres';

const schemaMacros: Readonly<Record<Engine, Readonly<Record<string, string>>>> = {
  sqlite: { number: 'INTEGER', text: 'TEXT', bytes: 'BLOB', clustered: 'WITHOUT ROWID' },
  postgres: { number: 'BIGINT', text: 'TEXT COLLATE "C"', bytes: 'BYTEA', clustered: '' },
};

/** A statement of query.ts's common language as the engine wants it. Throws on a macro that does not exist. */
export function expandQuery(engine: Engine, sql: string): string {
  const expanded = sql.replace(/\{(in|in-text) \$(\d+)\}/g, (_, macro: string, index: string) =>
    engine === 'sqlite' ? `IN (SELECT value FROM json_each($${index}))` : `= ANY($${index}::${macro === 'in' ? 'bigint' : 'text'}[])`,
  );
  assertNoMacro(expanded);
  return engine === 'sqlite' ? expanded.replace(/\$(\d+)/g, '?$1') : expanded;
}

/** A statement of a migration as the engine wants it. */
export function expandSchema(engine: Engine, sql: string): string {
  const expanded = sql.replace(/\{(\w+)\}/g, (whole, macro: string) => schemaMacros[engine][macro] ?? whole);
  assertNoMacro(expanded);
  return expanded;
}

function assertNoMacro(sql: string): void {
  const unknown = /\{[a-z][^}]*\}/.exec(sql);
  if (unknown) throw new Error(`unknown macro ${unknown[0]} in: ${sql}`);
}
