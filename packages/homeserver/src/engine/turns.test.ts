import assert from 'node:assert/strict';
import { test } from 'node:test';

import { batchMax, Turns } from './turns.ts';

/** Two steps of work after a turn; says in which order they were done. */
async function work(turns: Turns, name: number, done: string[]): Promise<void> {
  await turns.next();
  done.push(`first ${name}`);
  await Promise.resolve();
  done.push(`second ${name}`);
}

test('what waits for the same turn goes on side by side, in the order in which it came', async () => {
  const turns = new Turns();
  const done: string[] = [];
  await Promise.all([0, 1, 2].map((name) => work(turns, name, done)));
  assert.deepEqual(done, ['first 0', 'first 1', 'first 2', 'second 0', 'second 1', 'second 2']);
});

test('a turn takes so many and no more, and the rest has one of its own', async () => {
  const turns = new Turns();
  const done: string[] = [];
  await Promise.all(Array.from({ length: batchMax + 1 }, (_, name) => work(turns, name, done)));
  assert.deepEqual(done.slice(-4), [`second ${batchMax - 2}`, `second ${batchMax - 1}`, `first ${batchMax}`, `second ${batchMax}`]);
});

test('a turn that has begun takes nobody in', async () => {
  const turns = new Turns();
  const first = turns.next();
  await first;
  const second = turns.next();
  assert.notEqual(second, first);
  await second;
});
