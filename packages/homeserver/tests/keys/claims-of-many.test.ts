import assert from 'node:assert/strict';

import { ClaimQueue } from '../../src/keys/claim-queue.ts';
import { oneTimeKeyRow } from '../../src/keys/store.ts';
import type { Database } from '@hearth/storage';
import { onEachEngine, onEngine } from '@hearth/storage/testing';

/*
 * A one-time key is never given out twice: whoever claims, in how many processes, and whenever one of them dies.
 */

const source = { user: 1, deviceId: 'D', algorithm: 'signed_curve25519' };
const idOf = (index: number): string => `K${String(index).padStart(4, '0')}`;

async function upload(database: Database, count: number): Promise<void> {
  const statements = Array.from({ length: count }, (_, index) =>
    oneTimeKeyRow(1, 'D', { algorithm: source.algorithm, key_id: idOf(index), key: '"x"' }, 1),
  );
  await database.write({ claims: [], statements, stream: [] });
}

onEachEngine('64 claims at once get the 64 oldest keys in their order, by few writes', async ({ database }) => {
  await upload(database, 100);
  const queue = new ClaimQueue(database);
  const before = database.counters.writes;
  const claimed = await Promise.all(Array.from({ length: 64 }, () => queue.claim(source)));
  assert.deepEqual(
    claimed.map((key) => key?.keyId),
    Array.from({ length: 64 }, (_, index) => idOf(index)),
  );
  assert.ok(database.counters.writes - before <= 3, `${database.counters.writes - before} writes`);
});

onEngine(
  'postgres',
  'two processes that claim at once never give out the same key, and together all of them',
  async ({ database, open }) => {
    await upload(database, 100);
    const queues = [new ClaimQueue(database), new ClaimQueue(await open())];
    const claimed: (string | undefined)[] = [];
    const claimer = async (queue: ClaimQueue): Promise<void> => {
      for (let count = 0; count < 10; count += 1) claimed.push((await queue.claim(source))?.keyId);
    };
    await Promise.all(queues.flatMap((queue) => Array.from({ length: 6 }, () => claimer(queue))));
    const keys = claimed.filter((id) => id !== undefined);
    assert.equal(claimed.length, 120);
    assert.deepEqual(
      keys.toSorted(),
      Array.from({ length: 100 }, (_, index) => idOf(index)),
    );
  },
);

onEachEngine('a claim whose write fails gives out nothing, and the key is there for the next', async ({ database }) => {
  await upload(database, 1);
  let fails = true;
  const failing: Database = Object.create(database, {
    write: {
      value: async (write: Parameters<Database['write']>[0]) => {
        if (fails) throw new Error('the disk is full');
        return database.write(write);
      },
    },
  });
  const queue = new ClaimQueue(failing);
  await assert.rejects(queue.claim(source), /the disk is full/);
  fails = false;
  assert.equal((await queue.claim(source))?.keyId, idOf(0));
  assert.equal(await queue.claim(source), undefined);
});
