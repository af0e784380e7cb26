import { DatabaseSync } from 'node:sqlite';

/** Another process has this database open. */
export class DatabaseInUse extends Error {
  override readonly name = 'DatabaseInUse';
}

export type ProcessLock = { release(): void };

/**
 * One process per SQLite file: an exclusive transaction on a small database beside it, held as long as we live. The operating
 * system lets go of it whatever way the process ends.
 */
export function lockDatabase(file: string): ProcessLock {
  const lock = new DatabaseSync(`${file}.lock`, { timeout: 0 });
  try {
    lock.exec('PRAGMA journal_mode = MEMORY');
    lock.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    lock.close();
    if (error instanceof Error && 'errcode' in error && error.errcode === 5) {
      throw new DatabaseInUse(
        `The database ${file} is in use by another Hearth process. Stop that one first: only one process at a time can use a SQLite file.`,
      );
    }
    throw error;
  }
  return { release: () => lock.close() };
}
