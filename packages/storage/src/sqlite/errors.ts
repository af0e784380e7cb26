import type { RefusedWhy } from './messages.ts';

/** SQLite's primary result codes after which the database cannot write now, whatever the statement: https://sqlite.org/rescode.html */
const unavailableCodes: ReadonlySet<number> = new Set([
  5, // BUSY
  6, // LOCKED
  7, // NOMEM
  8, // READONLY
  10, // IOERR
  11, // CORRUPT
  13, // FULL
  14, // CANTOPEN
  15, // PROTOCOL
  26, // NOTADB
]);
/** Extended codes of a key that is taken: PRIMARYKEY, UNIQUE, ROWID. */
const duplicateCodes: ReadonlySet<number> = new Set([1555, 2067, 2579]);

/** What an exception of node:sqlite means for the write that met it. */
export function classify(error: unknown): RefusedWhy {
  const code = error instanceof Error && 'errcode' in error && typeof error.errcode === 'number' ? error.errcode : 0;
  if (duplicateCodes.has(code)) return 'duplicate';
  return unavailableCodes.has(code & 0xff) ? 'unavailable' : 'failed';
}
