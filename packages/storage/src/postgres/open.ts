import { newCounters } from '../counters.ts';
import type { Database } from '../database.ts';
import { newIncarnation } from '../incarnation.ts';
import { migrations as allMigrations } from '../migrations/index.ts';
import type { Migration } from '../migrations/migration.ts';
import { NumberBlocks } from '../number-blocks.ts';
import { noLog, type StorageOptions } from '../ports.ts';
import { point } from '../query.ts';
import { WriteQueue } from '../write-queue.ts';
import type { ConnectionDeps } from './connection.ts';
import { Lane } from './lane.ts';
import { migratePostgres } from './migrate.ts';
import { Pool } from './pool.ts';
import { PostgresReader } from './reader.ts';
import { openSession } from './session.ts';
import { PostgresWriter } from './writer.ts';

const clockHead = point<{ head: number }>('storage-clock-head', 'SELECT head FROM clock WHERE id = 1');
/** A lost answer only wastes numbers, so this may run twice. */
const reserveNumbers = `INSERT INTO number_blocks (sequence, next) VALUES ($1, 1 + $2::bigint)
  ON CONFLICT (sequence) DO UPDATE SET next = number_blocks.next + $2::bigint RETURNING next - $2::bigint AS first`;

/** Opens a PostgreSQL database that exists. Throws SchemaMismatch and what the server said. */
export async function openPostgres(
  url: string,
  options: StorageOptions,
  migrations: readonly Migration[] = allMigrations,
): Promise<Database> {
  const { clock, random, log = noLog } = options;
  const deps: ConnectionDeps = { url, clock, log };
  const incarnation = await prepareDatabase(deps, options, migrations);
  const counters = newCounters();
  const lane = new Lane(Buffer.from(random.bytes(12)).toString('hex'), deps);
  await lane.open();
  const writer = new PostgresWriter(lane, clock, counters);
  const reader = new PostgresReader(deps, counters);
  const blocks = new Pool(deps, { readOnly: false, statementMsMax: 30_000, lockMsMax: 10_000 }, { connections: 1, depth: 10 });
  const queue = new WriteQueue({ commit: (writes) => writer.commit(writes), check: (write) => writer.check(write), counters, log });
  const numbers = new NumberBlocks(async (sequence, count) => {
    const rows = await blocks.run({ name: 'reserve', text: reserveNumbers, values: [sequence, String(count)] });
    return Number(rows[0]?.['first']);
  });
  let closing: Promise<void> | undefined;
  const close = async (): Promise<void> => {
    await queue.close();
    await Promise.all([reader.close(), blocks.close(), lane.close()]);
  };
  return {
    engine: 'postgres',
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

async function prepareDatabase(
  { url, clock, log }: ConnectionDeps,
  { random }: StorageOptions,
  migrations: readonly Migration[],
): Promise<string> {
  // No time limits: a step of the schema may take long, and may wait for another process that takes it.
  const client = await openSession(url, { pipeline: false, readOnly: false, statementMsMax: 0, lockMsMax: 0 }, log);
  try {
    await migratePostgres(client, migrations, clock.now());
    await client.query("INSERT INTO meta (key, value) VALUES ('incarnation', $1) ON CONFLICT (key) DO NOTHING", [newIncarnation(random)]);
    const { rows } = await client.query<{ value: string }>("SELECT value FROM meta WHERE key = 'incarnation'");
    return String(rows[0]?.value);
  } finally {
    await client.end();
  }
}
