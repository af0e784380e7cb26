import type { DatabaseSync } from 'node:sqlite';

import { expandQuery, expandSchema } from '../dialect/macros.ts';
import type { Migration } from '../migrations/migration.ts';
import { createLedger, insertLedger, ledgerParams, type LedgerRow, planMigrations, readLedger } from '../migrations/plan.ts';

/** Brings the schema up to date. Each step is one transaction with its row in the ledger, so a step that was cut off starts again. */
export function migrateSqlite(database: DatabaseSync, migrations: readonly Migration[], nowTs: number): void {
  database.exec(expandSchema('sqlite', createLedger));
  const applied = database.prepare(readLedger).all() as unknown as LedgerRow[];
  for (const migration of planMigrations(migrations, applied)) {
    database.exec('BEGIN IMMEDIATE');
    try {
      for (const statement of migration.statements) database.exec(expandSchema('sqlite', statement));
      database.prepare(expandQuery('sqlite', insertLedger)).run(...ledgerParams(migration, nowTs));
      database.exec('COMMIT');
    } catch (error) {
      if (database.isTransaction) database.exec('ROLLBACK');
      throw error;
    }
  }
}
