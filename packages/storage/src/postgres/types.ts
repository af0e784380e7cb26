import pg from 'pg';

/** Type oids of PostgreSQL's catalogue. */
const oid = { bool: 16, bytea: 17, int8: 20, numeric: 1700 } as const;

/** Values as SQLite gives them too: integers as numbers, bytes as plain Uint8Array, truth as 1 and 0. */
const parsers: Readonly<Record<number, (text: string) => unknown>> = {
  [oid.bool]: (text) => (text === 't' ? 1 : 0),
  [oid.bytea]: parseBytes,
  [oid.int8]: parseInteger,
  [oid.numeric]: parseInteger,
};

export const typeParsers: pg.CustomTypesConfig = {
  getTypeParser: ((id: number) => parsers[id] ?? pg.types.getTypeParser(id)) as pg.CustomTypesConfig['getTypeParser'],
};

function parseInteger(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new RangeError(`a value from the database does not fit into a number: ${text}`);
  return value;
}

function parseBytes(text: string): Uint8Array {
  if (!text.startsWith('\\x')) throw new Error('bytea_output of the database must be hex');
  const bytes = new Uint8Array((text.length - 2) / 2);
  Buffer.from(bytes.buffer).write(text.slice(2), 'hex');
  return bytes;
}
