import assert from 'node:assert/strict';
import { test } from 'node:test';

import { NumberBlocks } from './number-blocks.ts';
import { onEachEngine, onEngine } from './testing/index.ts';

test('numbers of one call are consecutive, and no call gets a number of another', async () => {
  let next = 1;
  const blocks = new NumberBlocks(async (_, count) => {
    const first = next;
    next += count + 7;
    await Promise.resolve();
    return first;
  });
  const taken = new Set<number>();
  const counts = [1, 999, 3, 500, 2, 1_500, 1];
  const firsts = await Promise.all(counts.map(async (count) => blocks.take('event', count)));
  for (const [index, first] of firsts.entries()) {
    for (let number = first; number < first + (counts[index] ?? 0); number++) {
      assert.ok(!taken.has(number), `${number} was given twice`);
      taken.add(number);
    }
  }
});

test('a reservation that failed is asked for again by the next caller', async () => {
  let calls = 0;
  const blocks = new NumberBlocks(async () => {
    calls += 1;
    if (calls === 1) throw new Error('not now');
    return 1;
  });
  await assert.rejects(async () => blocks.take('event', 1), /not now/);
  assert.equal(await blocks.take('event', 1), 1);
});

onEachEngine('numbers start at 1, rise, and are not given again after a restart', async ({ database, open }) => {
  assert.equal(await database.takeNumbers('event', 3), 1);
  assert.equal(await database.takeNumbers('event', 1), 4);
  assert.equal(await database.takeNumbers('room', 1), 1, 'each sequence for itself');
  assert.equal(database.counters.statementsWritten, 0, 'numbers are no part of any group');
  await database.close();
  assert.ok((await (await open()).takeNumbers('event', 1)) > 4);
});

onEngine('postgres', 'two nodes never get the same number', async ({ database, open }) => {
  const nodes = [database, await open()];
  const firsts = await Promise.all(nodes.flatMap((node) => Array.from({ length: 500 }, async () => node.takeNumbers('event', 5))));
  const all = firsts.flatMap((first) => [0, 1, 2, 3, 4].map((place) => first + place));
  assert.equal(new Set(all).size, all.length);
});
