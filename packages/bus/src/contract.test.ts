import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';

import pg from 'pg';

import type { Bus } from './bus.ts';
import { inProcessBus } from './in-process.ts';
import { openPostgresBus } from './postgres.ts';
import { sleep, systemClock } from '@hearth/kit';
import { newEmptyPostgresDatabase, NoCluster } from '@hearth/storage/testing';

const clock = systemClock();

/** Two nodes' ends of one bus. */
type Ends = { readonly here: Bus; readonly there: Bus; readonly url?: string };

const kinds: Readonly<Record<string, (t: TestContext) => Promise<Ends>>> = {
  'in process': async () => {
    const bus = inProcessBus();
    return { here: bus, there: bus };
  },
  postgres: async (t) => {
    const place = await newEmptyPostgresDatabase();
    const ends = await Promise.all([openPostgresBus({ url: place.url, clock }), openPostgresBus({ url: place.url, clock })]);
    t.after(async () => {
      await Promise.all(ends.map((bus) => bus.close()));
      await place.remove();
    });
    return { here: ends[0], there: ends[1], url: place.url };
  },
};

function onEachBus(name: string, run: (ends: Ends) => Promise<void>): void {
  for (const [kind, open] of Object.entries(kinds)) onBus(kind, open, name, run);
}

function onBus(kind: string, open: (t: TestContext) => Promise<Ends>, name: string, run: (ends: Ends) => Promise<void>): void {
  void test(`${name} (${kind})`, async (t) => {
    const ends = await open(t).catch((error: unknown) => {
      if (error instanceof NoCluster) t.skip(error.message);
      else throw error;
    });
    if (ends) await run(ends);
  });
}

/** Waits until it holds; 10 s at most. */
async function eventually(holds: () => boolean, what: string): Promise<void> {
  for (let attempt = 0; !holds(); attempt++) {
    assert.ok(attempt < 500, what);
    await sleep(clock, 20);
  }
}

function heardBy(bus: Bus): number[] {
  const heard: number[] = [];
  bus.subscribe((position) => heard.push(position));
  return heard;
}

onEachBus('a position that is published here is heard there and here', async ({ here, there }) => {
  const [near, far] = [heardBy(here), heardBy(there)];
  here.publish(7);
  await eventually(() => near.includes(7) && far.includes(7), 'the position is heard');
  there.publish(8);
  await eventually(() => near.includes(8) && far.includes(8), 'and the other way round');
});

onEachBus('of many positions the newest is heard, and far fewer hints than positions travel', async ({ here, there }) => {
  const heard = heardBy(there);
  for (let position = 1; position <= 1_000; position++) here.publish(position);
  here.publish(5);
  await eventually(() => heard.includes(1_000), 'the newest is heard');
  assert.ok(heard.length <= 10, `${heard.length} hints`);
});

onEachBus('who stopped listening hears no more, and others still do', async ({ here, there }) => {
  const heard: number[] = [];
  const stop = there.subscribe((position) => heard.push(position));
  const others = heardBy(there);
  stop();
  here.publish(1);
  await eventually(() => others.includes(1), 'others hear');
  assert.deepEqual(heard, []);
});

onEachBus('a listener that throws keeps nobody from hearing', async ({ here, there }) => {
  there.subscribe(() => {
    throw new Error('a fault of the listener');
  });
  const heard = heardBy(there);
  here.publish(1);
  await eventually(() => heard.includes(1), 'the other listener hears');
  here.publish(2);
  await eventually(() => heard.includes(2), 'also afterwards');
});

onEachBus('a closed bus is silent and takes positions without complaint', async ({ here, there }) => {
  const heard = heardBy(here);
  await here.close();
  here.publish(3);
  there.publish(4);
  await sleep(clock, 50);
  assert.deepEqual(heard, []);
});

onBus(
  'postgres',
  kinds['postgres'] as (t: TestContext) => Promise<Ends>,
  'after its connection was cut it connects again and sends what was published meanwhile',
  async ({ here, there, url }) => {
    const heard = heardBy(there);
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    await client.query(
      'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()',
    );
    await client.end();
    let position = 10;
    await eventually(() => {
      here.publish(position++);
      return heard.length > 0;
    }, 'hints arrive again');
  },
);

onBus(
  'postgres',
  kinds['postgres'] as (t: TestContext) => Promise<Ends>,
  'a notification that is no position is ignored',
  async ({ here, there, url }) => {
    const heard = heardBy(there);
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    for (const payload of ['', 'x', '-1', '1e3', '99999999999999999999'])
      await client.query('SELECT pg_notify($1, $2)', ['hearth_positions', payload]);
    await client.end();
    here.publish(1);
    await eventually(() => heard.includes(1), 'a position is heard');
    assert.deepEqual(heard, [1]);
  },
);
