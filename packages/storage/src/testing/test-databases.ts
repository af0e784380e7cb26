import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import pg from 'pg';

import { migrations } from '../migrations/index.ts';
import { noLog } from '../ports.ts';
import { migratePostgres } from '../postgres/migrate.ts';
import { openSession } from '../postgres/session.ts';
import { type Cluster, startCluster } from './postgres-cluster.ts';
import { type Environment, readEnvironment } from '@hearth/kit';

/** A place for a database that goes away with its test. */
export type TestDatabase = { readonly url: string; remove(): Promise<void> };

/** Key of the lock under which one test process at a time makes the template. */
const templateLock = 7_310_011;

let cluster: Promise<Cluster> | undefined;
let template: Promise<string> | undefined;
let made = 0;

/**
 * The PostgreSQL of this test run: the one that `HEARTH_TEST_POSTGRES` names (a URL of a database whose user may create others),
 * else one that this process starts when first asked and that ends with it. Throws NoCluster where there can be none.
 */
export async function testPostgresUrl(environment: Environment = readEnvironment()): Promise<string> {
  const given = environment['HEARTH_TEST_POSTGRES'];
  if (given !== undefined && given !== '') return given;
  cluster ??= startCluster();
  return (await cluster).url;
}

/** A fresh file name in a directory of its own. */
export function newSqliteDatabase(): TestDatabase {
  const directory = mkdtempSync(join(tmpdir(), 'hearth-sqlite-'));
  return { url: `sqlite:${join(directory, 'hearth.db')}`, remove: async () => rmSync(directory, { recursive: true, force: true }) };
}

/** A fresh PostgreSQL database with today's schema. */
export async function newPostgresDatabase(): Promise<TestDatabase> {
  const server = await testPostgresUrl();
  template ??= makeTemplate(server);
  return createDatabase(server, `TEMPLATE ${await template}`);
}

/** A PostgreSQL database without any schema. */
export async function newEmptyPostgresDatabase(): Promise<TestDatabase> {
  return createDatabase(await testPostgresUrl(), '');
}

async function createDatabase(server: string, how: string): Promise<TestDatabase> {
  made += 1;
  const name = `hearth_test_${process.pid}_${made}`;
  await run(server, [`DROP DATABASE IF EXISTS ${name}`, `CREATE DATABASE ${name} ${how}`]);
  return { url: withDatabase(server, name), remove: () => run(server, [`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`]) };
}

/** Migrated once per schema and server; it is named for the schema's text, so a shared server may hold several. */
async function makeTemplate(server: string): Promise<string> {
  const name = `hearth_template_${createHash('sha256').update(JSON.stringify(migrations)).digest('hex').slice(0, 16)}`;
  const client = await connect(server);
  try {
    await client.query('SELECT pg_advisory_lock($1)', [templateLock]);
    const { rowCount } = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [name]);
    if (rowCount === 0) await client.query(`CREATE DATABASE ${name}`);
    const inside = await openSession(
      withDatabase(server, name),
      { pipeline: false, readOnly: false, statementMsMax: 0, lockMsMax: 0 },
      noLog,
    );
    await migratePostgres(inside, migrations, 0);
    await inside.end();
  } finally {
    await client.end();
  }
  return name;
}

async function run(server: string, statements: readonly string[]): Promise<void> {
  const client = await connect(server);
  try {
    for (const statement of statements) await client.query(statement);
  } finally {
    await client.end();
  }
}

async function connect(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  return client;
}

function withDatabase(server: string, name: string): string {
  const url = new URL(server);
  url.pathname = `/${name}`;
  return url.href;
}
