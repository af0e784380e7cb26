import type { Database } from './database.ts';
import type { StorageOptions } from './ports.ts';
import { openSqlite } from './sqlite/open.ts';

/**
 * Opens the database and brings its schema up to date.
 *
 * `url` is `sqlite:FILE` (made if absent). Throws an error whose message tells the operator what is wrong:
 * DatabaseInUse (another process has the file), SchemaMismatch (the database is newer than this program), or what the system said.
 */
export async function openDatabase(url: string, options: StorageOptions): Promise<Database> {
  if (url.startsWith('sqlite:') && url.length > 'sqlite:'.length) return openSqlite(url.slice('sqlite:'.length), options);
  throw new Error('The database must be "sqlite:FILE".');
}
