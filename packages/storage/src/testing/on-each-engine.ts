import { test, type TestContext } from 'node:test';

import type { Database } from '../database.ts';
import { openDatabase } from '../open.ts';
import type { StorageOptions } from '../ports.ts';
import { NoCluster } from './postgres-cluster.ts';
import { newPostgresDatabase, newSqliteDatabase, type TestDatabase } from './test-databases.ts';
import { testPorts } from './test-ports.ts';

export type TestEngine = {
  readonly engine: Database['engine'];
  readonly url: string;
  /** An open, empty database with today's schema. Closed and removed after the test. */
  readonly database: Database;
  /** Opens the same database again: on PostgreSQL as a second node, on SQLite only after the first was closed. */
  open(options?: StorageOptions): Promise<Database>;
};

const makers: Readonly<Record<Database['engine'], () => Promise<TestDatabase>>> = {
  sqlite: async () => newSqliteDatabase(),
  postgres: newPostgresDatabase,
};

/** Registers a test once for each engine. Every store test uses this. */
export function onEachEngine(name: string, run: (engine: TestEngine, t: TestContext) => Promise<void> | void): void {
  for (const engine of ['sqlite', 'postgres'] as const) onEngine(engine, name, run);
}

/** Registers a test for one engine; on a platform without PostgreSQL it is skipped with the reason. */
export function onEngine(
  engine: Database['engine'],
  name: string,
  run: (engine: TestEngine, t: TestContext) => Promise<void> | void,
): void {
  void test(`${name} (${engine})`, async (t) => {
    let place: TestDatabase;
    try {
      place = await makers[engine]();
    } catch (error) {
      if (!(error instanceof NoCluster)) throw error;
      t.skip(error.message);
      return;
    }
    const opened: Database[] = [];
    const open = async (options?: StorageOptions): Promise<Database> => {
      const database = await openDatabase(place.url, options ?? testPorts(`instance ${opened.length}`));
      opened.push(database);
      return database;
    };
    try {
      await run({ engine, url: place.url, database: await open(), open }, t);
    } finally {
      for (const database of opened) await database.close();
      await place.remove();
    }
  });
}
