import type pg from 'pg';

import { expandSchema } from '../dialect/macros.ts';
import type { Migration } from '../migrations/migration.ts';
import { createLedger, insertLedger, ledgerParams, type LedgerRow, planMigrations, readLedger } from '../migrations/plan.ts';

/** Key of the advisory lock under which one process at a time changes the schema: "hearth" as a number. */
const lockKey = '114784820131944';

/** Brings the schema up to date. Each step is one transaction with its row in the ledger, so a step that was cut off starts again. */
export async function migratePostgres(client: pg.Client, migrations: readonly Migration[], nowTs: number): Promise<void> {
  await client.query(`SELECT pg_advisory_lock(${lockKey})`);
  try {
    await client.query(expandSchema('postgres', createLedger));
    const applied = (await client.query<LedgerRow>(readLedger)).rows;
    for (const migration of planMigrations(migrations, applied)) await runStep(client, migration, nowTs);
  } finally {
    await client.query(`SELECT pg_advisory_unlock(${lockKey})`).catch(() => undefined);
  }
}

async function runStep(client: pg.Client, migration: Migration, nowTs: number): Promise<void> {
  await client.query('BEGIN');
  try {
    for (const statement of migration.statements) await client.query(expandSchema('postgres', statement));
    await client.query(insertLedger, ledgerParams(migration, nowTs));
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK').catch(() => undefined);
    throw error;
  }
}
