import type { Server } from '../../src/index.ts';
import { scan } from '@hearth/storage';

const tables = {
  sqlite: "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'",
  postgres: "SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public'",
} as const;
const columns = {
  sqlite: (table: string) => `SELECT name FROM pragma_table_info('${table}')`,
  postgres: (table: string) => `SELECT column_name AS name FROM information_schema.columns WHERE table_name = '${table}'`,
} as const;

/** Any value as text in which a word of ASCII letters can be found; bytes in hexadecimal. */
const asText = {
  sqlite: (column: string) => `hex("${column}")`,
  postgres: (column: string) => `encode(convert_to("${column}"::text, 'UTF8'), 'hex')`,
} as const;
/** What PostgreSQL shows of bytes is their hexadecimal form already. */
const asBytes = (column: string): string => `"${column}"::text`;

/** Every `table.column` whose rows hold the word, the tables within the search index too. */
export async function placesOf(word: string, { database }: Pick<Server, 'database'>): Promise<string[]> {
  const { engine, reader } = database;
  const hex = Buffer.from(word).toString('hex');
  const found: string[] = [];
  for (const { name: table } of await reader.all(scan<{ name: string }>(`test-tables-${engine}`, tables[engine]), [])) {
    for (const { name: column } of await reader.all(scan<{ name: string }>(`test-columns-${table}`, columns[engine](table)), [])) {
      const forms = engine === 'postgres' ? [asText.postgres(column), asBytes(column)] : [asText.sqlite(column)];
      const condition = forms.map((form) => `lower(${form}) LIKE '%${hex}%'`).join(' OR ');
      const rows = scan<{ found: number }>(
        `test-found-${hex}-${table}-${column}`,
        `SELECT COUNT(*) AS found FROM "${table}" WHERE ${condition}`,
      );
      if (((await reader.first(rows, []))?.found ?? 0) > 0) found.push(`${table}.${column}`);
    }
  }
  return found;
}

/** Every table with rows that name the room by its number. */
export async function tablesWithRoom(room: number, { database }: Pick<Server, 'database'>): Promise<string[]> {
  const { engine, reader } = database;
  const found: string[] = [];
  for (const { name: table } of await reader.all(scan<{ name: string }>(`test-tables-${engine}`, tables[engine]), [])) {
    const named = await reader.all(scan<{ name: string }>(`test-columns-${table}`, columns[engine](table)), []);
    if (!named.some(({ name }) => name === 'room')) continue;
    const rows = scan<{ found: number }>(`test-rows-of-room-${table}`, `SELECT COUNT(*) AS found FROM "${table}" WHERE room = $1`);
    if (((await reader.first(rows, [room]))?.found ?? 0) > 0) found.push(table);
  }
  return found;
}
