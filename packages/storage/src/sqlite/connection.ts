import { DatabaseSync } from 'node:sqlite';

/** Pages of 4 KB that a connection keeps, in KB. */
const writerCacheKb = 16_384;
const readerCacheKb = 8_192;
/** How long a statement waits for another connection's lock: only checkpoints and the start of a file ever make one wait. */
const busyMsMax = 5_000;

/** The one connection that writes. A commit is on the disk when it returns: `synchronous = FULL`. */
export function openWriter(file: string): DatabaseSync {
  const database = new DatabaseSync(file, { timeout: busyMsMax });
  database.exec('PRAGMA journal_mode = WAL');
  database.exec('PRAGMA synchronous = FULL');
  // The writer thread checkpoints when it has time; see checkpoint.ts.
  database.exec('PRAGMA wal_autocheckpoint = 0');
  database.exec(`PRAGMA cache_size = -${writerCacheKb}`);
  database.exec('PRAGMA temp_store = MEMORY');
  assertSetting(database, 'journal_mode', 'wal');
  assertSetting(database, 'synchronous', 2);
  return database;
}

/** A connection that cannot write. */
export function openReader(file: string): DatabaseSync {
  const database = new DatabaseSync(file, { readOnly: true, timeout: busyMsMax });
  database.exec(`PRAGMA cache_size = -${readerCacheKb}`);
  database.exec('PRAGMA temp_store = MEMORY');
  return database;
}

function assertSetting(database: DatabaseSync, name: string, wanted: string | number): void {
  const value = database.prepare(`PRAGMA ${name}`).get()?.[name];
  if (value !== wanted) throw new Error(`SQLite's ${name} is ${String(value)} and not ${wanted}: the file system may not support it`);
}
