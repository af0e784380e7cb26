import type { Database } from './database.ts';
import type { StorageOptions } from './ports.ts';
import { openPostgres } from './postgres/open.ts';
import { openSqlite } from './sqlite/open.ts';

/**
 * Opens the database and brings its schema up to date.
 *
 * `url` is `sqlite:FILE` (made if absent) or `postgres://…` (must exist). Throws an error whose message tells the operator what
 * is wrong: DatabaseInUse (another process has the file), SchemaMismatch (the database is newer than this program), or what the
 * system said.
 */
export async function openDatabase(url: string, options: StorageOptions): Promise<Database> {
  if (url.startsWith('sqlite:') && url.length > 'sqlite:'.length) return openSqlite(url.slice('sqlite:'.length), options);
  if (/^postgres(ql)?:\/\//.test(url)) return openPostgres(url, options);
  throw new Error('The database must be "sqlite:FILE" or "postgres://USER:PASSWORD@HOST/NAME".');
}
