export type Engine = 'sqlite' | 'postgres';

const schemaMacros: Readonly<Record<Engine, Readonly<Record<string, string>>>> = {
  sqlite: {
    number: 'INTEGER',
    text: 'TEXT',
    bytes: 'BLOB',
    clustered: 'WITHOUT ROWID',
    // Which events hold which words, and nothing of the order of the words or their text.
    search_table: "CREATE VIRTUAL TABLE search USING fts5 (words, content = '', contentless_delete = 1, detail = none, tokenize = 'ascii')",
    search_index: 'SELECT 1',
  },
  postgres: {
    number: 'BIGINT',
    text: 'TEXT COLLATE "C"',
    bytes: 'BYTEA',
    clustered: '',
    search_table: 'CREATE TABLE search (event BIGINT PRIMARY KEY, words TSVECTOR NOT NULL)',
    search_index: 'CREATE INDEX search_words ON search USING gin (words)',
  },
};

/** Macros of queries, by name; those with a parameter are given its number. */
const queryMacros: Readonly<Record<Engine, Readonly<Record<string, (index: string) => string>>>> = {
  sqlite: {
    in: (index) => `IN (SELECT value FROM json_each($${index}))`,
    'in-text': (index) => `IN (SELECT value FROM json_each($${index}))`,
    'search-key': () => 'rowid',
    'search-words': (index) => `$${index}`,
    'search-matches': (index) => `search MATCH $${index}`,
    'search-merge': (index) => `INSERT INTO search (search, rank) VALUES ('merge', $${index})`,
    'search-pages': () => 'SELECT COUNT(*) AS pages FROM search_data',
  },
  postgres: {
    in: (index) => `= ANY($${index}::bigint[])`,
    'in-text': (index) => `= ANY($${index}::text[])`,
    'search-key': () => 'event',
    'search-words': (index) => `to_tsvector('simple', $${index}::text)`,
    'search-matches': (index) => `words @@ to_tsquery('simple', replace(replace($${index}::text, ' AND ', ' & '), ' OR ', ' | '))`,
    // VACUUM does it there, by itself.
    'search-merge': (index) => `SELECT $${index}::bigint`,
    'search-pages': () => 'SELECT 0 AS pages',
  },
};

/** A statement of query.ts's common language as the engine wants it. Throws on a macro that does not exist. */
export function expandQuery(engine: Engine, sql: string): string {
  const macros = queryMacros[engine];
  const expanded = sql.replace(/\{([a-z-]+)(?: \$(\d+))?\}/g, (whole, macro: string, index = '') => macros[macro]?.(index) ?? whole);
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
