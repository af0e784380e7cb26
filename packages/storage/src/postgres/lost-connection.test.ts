import assert from 'node:assert/strict';
import net from 'node:net';
import { test } from 'node:test';

import pg from 'pg';

import type { Database } from '../database.ts';
import { openDatabase } from '../open.ts';
import { pause } from '../ports.ts';
import { allUsers, streamRow, user, userByNumber, wholeStream, write } from '../testing/example-rows.ts';
import { newPostgresDatabase, NoCluster, onEngine, startCluster, testPorts } from '../testing/index.ts';
import { StorageUnavailable } from '../write.ts';

async function withClient<Result>(url: string, use: (client: pg.Client) => Promise<Result>): Promise<Result> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await use(client);
  } finally {
    await client.end();
  }
}

function terminateOthers(url: string): Promise<unknown> {
  return withClient(url, (client) =>
    client.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()'),
  );
}

onEngine('postgres', 'after its connections were cut a database works again', async ({ database, url }) => {
  await database.write(write({ statements: [user(1)], stream: [streamRow(1)] }));
  await database.reader.all(allUsers, []);
  await terminateOthers(url);
  await database.write(write({ statements: [user(2)], stream: [streamRow(2)] }));
  assert.deepEqual(await database.reader.first(userByNumber, [2]), { user_id: '@user2:example.org' });
  assert.equal((await database.reader.all(allUsers, [])).length, 2);
  assert.equal(await database.takeNumbers('event', 1), 1);
});

onEngine('postgres', 'connections cut again and again lose and double nothing', async ({ database, url }) => {
  let cutting = true;
  const cuts = (async () => {
    let count = 0;
    for (; cutting; count++) await terminateOthers(url);
    return count;
  })();
  const done: number[] = [];
  for (let batch = 0; batch < 20; batch++) {
    const numbers = Array.from({ length: 20 }, (_, place) => batch * 20 + place);
    await Promise.all(
      numbers.map(async (number) => {
        try {
          await database.write(write({ statements: [user(number)], stream: [streamRow(number)] }));
          done.push(number);
        } catch (error) {
          // Never a duplicate of itself.
          assert.ok(error instanceof StorageUnavailable, String(error));
        }
      }),
    );
  }
  cutting = false;
  assert.ok((await cuts) > 0);
  assert.ok(done.length > 0);
  await settled(database);
  const stored = new Set((await database.reader.all(allUsers, [])).map(({ number }) => number));
  assert.deepEqual(
    [...stored].sort((a, b) => a - b),
    done.sort((a, b) => a - b),
    'stored is exactly what was answered',
  );
  const stream = await database.reader.all(wholeStream, []);
  assert.deepEqual(
    stream.map(({ position }) => position),
    done.map((_, index) => index + 1),
  );
});

async function settled(database: Database): Promise<void> {
  for (let attempt = 0; attempt < 50; attempt++) {
    const ok = await database.reader.all(allUsers, []).then(
      () => true,
      () => false,
    );
    if (ok) return;
    await pause(testPorts().clock, 50);
  }
}

/** Passes everything on to a socket, until told to swallow what the server says from now on and then to hang up. */
class Proxy {
  readonly server: net.Server;
  #swallowed: (() => void) | undefined;
  #cut = false;
  constructor(target: string) {
    this.server = net.createServer((near) => {
      const far = net.connect(target);
      near.pipe(far);
      far.on('data', (data) => {
        if (!this.#cut) near.write(data);
        else {
          this.#cut = false;
          near.destroy();
          far.destroy();
          this.#swallowed?.();
        }
      });
      for (const [one, other] of [
        [near, far],
        [far, near],
      ] as const) {
        one.on('error', () => other.destroy());
        one.on('close', () => other.destroy());
      }
    });
  }
  /** The next answer never arrives; resolves when it was swallowed. */
  cutAtNextAnswer(): Promise<void> {
    this.#cut = true;
    return new Promise((resolve) => (this.#swallowed = resolve));
  }
}

test('a commit whose answer was lost is found and answered with its positions', async (t) => {
  const place = await newPostgresDatabase().catch((error: unknown) => {
    if (error instanceof NoCluster) t.skip(error.message);
    else throw error;
  });
  if (!place) return;
  const url = new URL(place.url);
  const proxy = new Proxy(`${url.searchParams.get('host')}/.s.PGSQL.${url.port || 5432}`);
  await new Promise<void>((resolve) => proxy.server.listen(0, '127.0.0.1', resolve));
  const { port } = proxy.server.address() as net.AddressInfo;
  const database = await openDatabase(`postgres://${url.username}@127.0.0.1:${port}${url.pathname}`, testPorts());
  try {
    await database.write(write({ statements: [user(1)], stream: [streamRow(1)] }));
    for (let number = 2; number <= 6; number++) {
      const cut = proxy.cutAtNextAnswer();
      const [committed] = await Promise.all([database.write(write({ statements: [user(number)], stream: [streamRow(number)] })), cut]);
      assert.deepEqual(
        committed.entries.map(({ position }) => position),
        [number],
      );
    }
    assert.equal((await database.reader.all(allUsers, [])).length, 6);
  } finally {
    await database.close();
    proxy.server.close();
    await place.remove();
  }
});

test('what was answered is there after the server crashed', async (t) => {
  const cluster = await startCluster({ fsync: true }).catch((error: unknown) => {
    if (error instanceof NoCluster) t.skip(error.message);
    else throw error;
  });
  if (!cluster) return;
  const database = await openDatabase(cluster.url, testPorts());
  try {
    const answered: number[] = [];
    let crash: Promise<void> | undefined;
    for (let number = 1; answered.length < 100; number++) {
      await database.write(write({ statements: [user(number)], stream: [streamRow(number)] })).then(
        () => answered.push(number),
        async (error: unknown) => {
          assert.ok(error instanceof StorageUnavailable, String(error));
          await pause(testPorts().clock, 20);
        },
      );
      if (answered.length === 50) crash ??= cluster.crash();
    }
    await crash;
    await settled(database);
    const stored = (await database.reader.all(allUsers, [])).map(({ number }) => number);
    assert.deepEqual(stored, answered);
  } finally {
    await database.close();
    await cluster.stop();
  }
});
