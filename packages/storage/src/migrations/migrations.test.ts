import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { Database } from '../database.ts';
import { openPostgres } from '../postgres/open.ts';
import { point } from '../query.ts';
import { openSqlite } from '../sqlite/open.ts';
import { newEmptyPostgresDatabase, newSqliteDatabase, NoCluster, testPorts } from '../testing/index.ts';
import { migrations } from './index.ts';
import type { Migration } from './migration.ts';
import { ledgerParams, planMigrations, SchemaMismatch } from './plan.ts';

const second: Migration = {
  number: migrations.length + 1,
  name: 'second',
  statements: [
    'CREATE TABLE extras (number {number} PRIMARY KEY, name {text} NOT NULL, body {bytes}) ',
    "INSERT INTO extras VALUES (1, 'one', NULL)",
  ],
};
const extras = point<{ name: string }>('test-extras', 'SELECT name FROM extras WHERE number = $1');
const ledger = point<{ number: number }>('test-ledger', 'SELECT number FROM schema_migrations ORDER BY number');

type Open = (known: readonly Migration[], seed?: string) => Promise<Database>;

function onEachEmptyDatabase(name: string, run: (open: Open, engine: Database['engine']) => Promise<void>): void {
  void test(`${name} (sqlite)`, async (t) => {
    const place = newSqliteDatabase();
    t.after(() => place.remove());
    await run((known, seed) => openSqlite(place.url.slice('sqlite:'.length), testPorts(seed), known), 'sqlite');
  });
  void test(`${name} (postgres)`, async (t) => {
    const place = await newEmptyPostgresDatabase().catch((error: unknown) => {
      if (error instanceof NoCluster) t.skip(error.message);
      else throw error;
    });
    if (!place) return;
    t.after(() => place.remove());
    await run((known, seed) => openPostgres(place.url, testPorts(seed), known), 'postgres');
  });
}

async function numbers(database: Database): Promise<number[]> {
  return (await database.reader.all(ledger, [])).map(({ number }) => number);
}

test('the migrations of this program are numbered from 1 without gaps', () => {
  assert.deepEqual(
    migrations.map(({ number }) => number),
    migrations.map((_, index) => index + 1),
  );
});

onEachEmptyDatabase('each step is taken once, and new ones when they come', async (open) => {
  for (const known of [migrations, migrations, [...migrations, second], [...migrations, second]]) {
    const database = await open(known);
    assert.deepEqual(
      await numbers(database),
      known.map(({ number }) => number),
    );
    await database.close();
  }
  const database = await open([...migrations, second]);
  assert.deepEqual(await database.reader.first(extras, [1]), { name: 'one' });
  await database.close();
});

onEachEmptyDatabase('a step that fails leaves nothing behind and is taken again', async (open) => {
  const broken: Migration = { ...second, statements: [...second.statements, 'INSERT INTO nowhere VALUES (1)'] };
  await assert.rejects(open([...migrations, broken]), /nowhere/);
  const database = await open([...migrations, second]);
  assert.deepEqual(await database.reader.first(extras, [1]), { name: 'one' });
  await database.close();
});

onEachEmptyDatabase('a database of a newer program is refused with a sentence', async (open) => {
  await (await open([...migrations, second])).close();
  await assert.rejects(open(migrations), (error: Error) => {
    assert.ok(error instanceof SchemaMismatch);
    assert.ok(
      error.message.includes(
        `schema ${second.number}, but this program knows only schemas up to ${migrations.length}. Start the newer version`,
      ),
    );
    return true;
  });
});

onEachEmptyDatabase('a newer schema that says it works with this program is used', async (open) => {
  await (await open([...migrations, { ...second, oldest: second.number - 1 }])).close();
  const database = await open(migrations);
  assert.deepEqual(
    await numbers(database),
    [...migrations, second].map(({ number }) => number),
  );
  await database.close();
});

onEachEmptyDatabase('a step whose text changed after it was taken is refused', async (open) => {
  await (await open([...migrations, second])).close();
  await assert.rejects(open([...migrations, { ...second, statements: ['SELECT 1'] }]), SchemaMismatch);
});

onEachEmptyDatabase('the incarnation is made once', async (open) => {
  const first = await open(migrations, 'first');
  await first.close();
  const second = await open(migrations, 'second');
  assert.match(first.incarnation, /^[0-9a-f]{12}$/);
  assert.equal(second.incarnation, first.incarnation);
  await second.close();
});

onEachEmptyDatabase('processes that start at once on an empty database agree', async (open, engine) => {
  const opened = await Promise.allSettled(['a', 'b', 'c'].map((seed) => open([...migrations, second], seed)));
  const databases = opened.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  // On SQLite one of them gets the file and the others are told so.
  assert.equal(databases.length, engine === 'sqlite' ? 1 : 3);
  for (const one of opened) if (one.status === 'rejected') assert.equal((one.reason as Error).name, 'DatabaseInUse');
  assert.equal(new Set(databases.map(({ incarnation }) => incarnation)).size, 1);
  for (const database of databases) await database.close();
});

test('what was not taken is taken, also below what was', () => {
  const [number, , sha256, oldest] = ledgerParams(second, 0);
  const plan = planMigrations([...migrations, second], [{ number, sha256, oldest }]);
  assert.deepEqual(
    plan.map((migration) => migration.number),
    migrations.map((migration) => migration.number),
  );
});
