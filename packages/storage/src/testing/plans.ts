import { DatabaseSync } from 'node:sqlite';

import pg from 'pg';

import { expandQuery } from '../dialect/macros.ts';
import { migrations } from '../migrations/index.ts';
import type { Query } from '../query.ts';
import { migrateSqlite } from '../sqlite/migrate.ts';
import { newPostgresDatabase } from './test-databases.ts';

/** The tables, and indexes without a bound, that a query reads from end to end, as the engine plans it. */
export type FullScans = (query: Query<unknown>) => Promise<readonly string[]>;

/** Tables are empty, as for a real server: SQLite plans by the schema alone unless somebody runs ANALYZE. */
export async function withSqlitePlans(use: (scans: FullScans) => Promise<void>): Promise<void> {
  const database = new DatabaseSync(':memory:');
  try {
    migrateSqlite(database, migrations, 0);
    await use(async ({ sql }) => {
      const details = database.prepare(`EXPLAIN QUERY PLAN ${expandQuery('sqlite', sql)}`).all();
      return sqliteScans(details.map(({ detail }) => String(detail)));
    });
  } finally {
    database.close();
  }
}

/** What a device ever sent grows like a table. */
const allOfOneDevice = /^SEARCH transactions .*\(usr=\? AND device_id=\?( AND scope=\?)?\)/;

/** `SEARCH` without terms in brackets is a walk through an index for its least or greatest entry, which may be the last it meets. */
function sqliteScans(details: readonly string[]): string[] {
  const made = new Set(details.flatMap((detail) => /^(?:CO-ROUTINE|MATERIALIZE) (\S+)/.exec(detail)?.[1] ?? []));
  return details.filter((detail) => {
    const [verb, table = ''] = detail.split(' ');
    if (made.has(table) || table === 'json_each' || table === 'CONSTANT') return false;
    if (verb === 'SCAN') return !/ VIRTUAL TABLE INDEX \d+:\S/.test(detail);
    return verb === 'SEARCH' && (/ AUTOMATIC /.test(detail) || !/\(.*[=<>]\?.*\)/.test(detail) || allOfOneDevice.test(detail));
  });
}

/** Rows in each table, so that the planner has a reason to prefer one index to another. */
const rowsOfTable = 3_000;

/** Seq Scan is forbidden as far as PostgreSQL can be forbidden it: what still is one has no index that fits. */
export async function withPostgresPlans(use: (scans: FullScans) => Promise<void>): Promise<void> {
  const place = await newPostgresDatabase();
  const client = new pg.Client({ connectionString: place.url });
  try {
    await client.connect();
    await fill(client);
    await client.query('SET enable_seqscan = off');
    await use(async ({ sql }) => {
      const { rows } = await client.query<{ 'QUERY PLAN': readonly [{ readonly Plan: PlanNode }] }>(
        `EXPLAIN (GENERIC_PLAN, COSTS OFF, FORMAT JSON) ${expandQuery('postgres', sql)}`,
      );
      return rows.flatMap((row) => postgresScans(row['QUERY PLAN'][0].Plan));
    });
  } finally {
    await client.end();
    await place.remove();
  }
}

const examples: Readonly<Record<string, string>> = {
  int8: 'g',
  int2: '(g % 4)::smallint',
  text: 'g::text',
  bytea: 'g::text::bytea',
  tsvector: "to_tsvector('simple', g::text)",
};

async function fill(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ table_name: string; columns: string[]; types: string[]; nullable: boolean[] }>(
    `SELECT c.table_name::text, array_agg(column_name::text) AS columns, array_agg(udt_name::text) AS types,
       array_agg(is_nullable = 'YES') AS nullable
     FROM information_schema.columns c WHERE c.table_schema = 'public' GROUP BY c.table_name`,
  );
  for (const { table_name: table, columns, types, nullable } of rows) {
    const values = types.map((type, index) => {
      const example = examples[type] ?? `no example of a ${type}`;
      return nullable[index] === true ? `CASE WHEN g % 2 = 0 THEN ${example} END` : example;
    });
    await client.query(
      `INSERT INTO ${table} (${columns.join(', ')}) SELECT ${values.join(', ')} FROM generate_series(1, ${rowsOfTable}) g ON CONFLICT DO NOTHING`,
    );
  }
  await client.query('ANALYZE');
}

type PlanNode = {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly 'Index Name'?: string;
  readonly 'Index Cond'?: string;
  readonly 'Recheck Cond'?: string;
  readonly Plans?: readonly PlanNode[];
};

function postgresScans(node: PlanNode): string[] {
  const { 'Node Type': type, 'Relation Name': table, 'Index Name': index = '' } = node;
  const bounded = node['Index Cond'] !== undefined || node['Recheck Cond'] !== undefined;
  const own = table === undefined || bounded || type === 'ModifyTable' ? [] : [`${type} ${table} ${index}`];
  return [...own, ...(node.Plans ?? []).flatMap(postgresScans)];
}
