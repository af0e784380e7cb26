import { createHash } from 'node:crypto';

import type { Migration } from './migration.ts';

/** The table that says which steps were taken. It exists before the first step. */
export const createLedger = `CREATE TABLE IF NOT EXISTS schema_migrations (
  number {number} PRIMARY KEY, name {text} NOT NULL, sha256 {text} NOT NULL, oldest BIGINT NOT NULL, applied_ts BIGINT NOT NULL)`;
export const readLedger = 'SELECT number, sha256, oldest FROM schema_migrations ORDER BY number';
export const insertLedger = 'INSERT INTO schema_migrations (number, name, sha256, oldest, applied_ts) VALUES ($1, $2, $3, $4, $5)';

export type LedgerRow = { readonly number: number; readonly sha256: string; readonly oldest: number };

/** The database does not fit this program. The message says what to do. */
export class SchemaMismatch extends Error {
  override readonly name = 'SchemaMismatch';
}

/** The steps that are still to be taken. Throws SchemaMismatch when the database is newer than this program, or was changed. */
export function planMigrations(known: readonly Migration[], applied: readonly LedgerRow[]): readonly Migration[] {
  const newest = known.at(-1)?.number ?? 0;
  for (const row of applied) {
    if (row.number > newest) {
      if (row.oldest <= newest) continue;
      throw new SchemaMismatch(
        `This database has schema ${row.number}, but this program knows only schemas up to ${newest}. Start the newer version of Hearth that made it, or restore a backup from before the upgrade.`,
      );
    }
    const migration = known.find(({ number }) => number === row.number);
    if (migration === undefined || fingerprint(migration) !== row.sha256) {
      throw new SchemaMismatch(
        `Schema step ${row.number} of this database is not the one that this program knows. Is it a Hearth database of another build?`,
      );
    }
  }
  const done = new Set(applied.map(({ number }) => number));
  return known.filter(({ number }) => !done.has(number));
}

export function ledgerParams(migration: Migration, appliedTs: number): [number, string, string, number, number] {
  return [migration.number, migration.name, fingerprint(migration), migration.oldest ?? migration.number, appliedTs];
}

/** SHA-256 of the text before macros are expanded, so it is the same on both engines. */
function fingerprint(migration: Migration): string {
  return createHash('sha256').update(migration.statements.join(';\n')).digest('hex');
}
