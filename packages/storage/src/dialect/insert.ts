import type { Insert, InsertColumn } from '../write.ts';
import type { Engine } from './macros.ts';

const arrayTypes: Readonly<Record<InsertColumn['type'], string>> = { integer: 'bigint[]', text: 'text[]', bytes: 'bytea[]' };

/** SQLite takes one row at a time (one prepared statement, run often); PostgreSQL takes a column at a time as arrays. */
export function renderInsert(engine: Engine, insert: Insert): string {
  const names = insert.columns.map(({ name }) => name).join(', ');
  const values =
    engine === 'sqlite'
      ? `VALUES (${insert.columns.map((_, index) => `?${index + 1}`).join(', ')})`
      : `SELECT * FROM unnest(${insert.columns.map(({ type }, index) => `$${index + 1}::${arrayTypes[type]}`).join(', ')})`;
  return `INSERT INTO ${insert.table} (${names}) ${values}${conflictClause(insert)}`;
}

function conflictClause(insert: Insert): string {
  const { onConflict } = insert;
  if (onConflict.do === 'fail') return '';
  const target = ` ON CONFLICT (${onConflict.key.join(', ')})`;
  const others = insert.columns.filter(({ name }) => !onConflict.key.includes(name));
  if (onConflict.do === 'ignore' || others.length === 0) return `${target} DO NOTHING`;
  return `${target} DO UPDATE SET ${others.map(({ name }) => `${name} = excluded.${name}`).join(', ')}`;
}
