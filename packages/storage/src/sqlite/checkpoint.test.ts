import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { test, type TestContext } from 'node:test';

import { Checkpointer } from './checkpoint.ts';
import { openWriter } from './connection.ts';
import { sleep, systemClock } from '@hearth/kit';

const pageBytes = 4_096;

function openWithLog(t: TestContext, pages: number): DatabaseSync {
  const directory = mkdtempSync(join(tmpdir(), 'hearth-checkpoint-'));
  const database = openWriter(join(directory, 'hearth.db'));
  t.after(() => {
    database.close();
    rmSync(directory, { recursive: true });
  });
  database.exec('CREATE TABLE t (body BLOB)');
  database.prepare('INSERT INTO t VALUES (zeroblob(?1))').run(pages * pageBytes);
  return database;
}

/** Pages in the log that are not in the database file. */
function pending(database: DatabaseSync): number {
  const row = database.prepare('PRAGMA wal_checkpoint(NOOP)').get();
  return Number(row?.['log']) - Number(row?.['checkpointed']);
}

test('a long log goes into the database file at once', (t) => {
  const database = openWithLog(t, 16_500);
  new Checkpointer(database).afterCommit();
  assert.equal(pending(database), 0);
});

test('a log of middle length goes into the file when the writer has nothing to do, a short one stays', async (t) => {
  const [middle, short] = [openWithLog(t, 4_500), openWithLog(t, 100)];
  for (const database of [middle, short]) new Checkpointer(database).afterCommit();
  assert.ok(pending(middle) > 4_000, 'not at once');
  await sleep(systemClock(), 300);
  assert.equal(pending(middle), 0);
  assert.ok(pending(short) >= 100);
});
