import { closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

import { newCounters } from '../counters.ts';
import type { Database } from '../database.ts';
import { newIncarnation } from '../incarnation.ts';
import { migrations as allMigrations } from '../migrations/index.ts';
import type { Migration } from '../migrations/migration.ts';
import { NumberBlocks } from '../number-blocks.ts';
import { noLog, type StorageOptions } from '../ports.ts';
import { point } from '../query.ts';
import { WriteQueue } from '../write-queue.ts';
import { openWriter } from './connection.ts';
import { migrateSqlite } from './migrate.ts';
import { lockDatabase } from './process-lock.ts';
import { SqliteReader } from './reader.ts';
import { SqliteWriter } from './writer.ts';

const clockHead = point<{ head: number }>('storage-clock-head', 'SELECT head FROM clock WHERE id = 1');

/** Opens (and makes, if need be) a database file. Throws DatabaseInUse and SchemaMismatch with sentences for the operator. */
export async function openSqlite(
  path: string,
  options: StorageOptions,
  migrations: readonly Migration[] = allMigrations,
): Promise<Database> {
  const file = resolve(path);
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  // It holds secrets: for its owner only. SQLite gives its other files the mode of the first.
  for (const name of [file, `${file}.lock`]) closeSync(openSync(name, 'a', 0o600));
  const lock = lockDatabase(file);
  try {
    const incarnation = prepareFile(file, options, migrations);
    return await assemble(file, incarnation, options, () => lock.release());
  } catch (error) {
    lock.release();
    // SQLite does not say which file it speaks of.
    if (error instanceof Error && 'errcode' in error) error.message = `${file}: ${error.message}`;
    throw error;
  }
}

function prepareFile(file: string, { clock, random }: StorageOptions, migrations: readonly Migration[]): string {
  const database = openWriter(file);
  try {
    migrateSqlite(database, migrations, clock.now());
    database.prepare("INSERT INTO meta (key, value) VALUES ('incarnation', ?1) ON CONFLICT (key) DO NOTHING").run(newIncarnation(random));
    return String(database.prepare("SELECT value FROM meta WHERE key = 'incarnation'").get()?.['value']);
  } finally {
    database.close();
  }
}

async function assemble(file: string, incarnation: string, options: StorageOptions, release: () => void): Promise<Database> {
  const log = options.log ?? noLog;
  const counters = newCounters();
  const writer = new SqliteWriter(file, counters, log);
  await writer.start();
  const reader = new SqliteReader(file, counters, log);
  const queue = new WriteQueue({ commit: (writes) => writer.commit(writes), check: (write) => writer.check(write), counters, log });
  const numbers = new NumberBlocks((sequence, count) => writer.reserveNumbers(sequence, count));
  let closing: Promise<void> | undefined;
  const close = async (): Promise<void> => {
    await queue.close();
    // The writer is the last to close: only a connection that can write moves the log into the file and removes it.
    await reader.close();
    await writer.close();
    release();
  };
  return {
    engine: 'sqlite',
    incarnation,
    reader,
    counters,
    write: (write) => queue.write(write),
    takeNumbers: (sequence, count) => numbers.take(sequence, count),
    head: async () => (await reader.first(clockHead, []))?.head ?? 0,
    onCommitted: (listener) => queue.onCommitted(listener),
    close: () => (closing ??= close()),
  };
}
