import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Slots } from './slots.ts';

test('only so many run at once, those who wait go in order, and whoever comes then is told to come again', async () => {
  const slots = new Slots(2, 3);
  const log: string[] = [];
  const ends: (() => void)[] = [];
  const begin = (name: string): Promise<void> =>
    slots.run(async () => {
      log.push(name);
      await new Promise<void>((end) => void ends.push(end));
    });
  const all = ['a', 'b', 'c', 'd', 'e'].map(begin);
  await assert.rejects(begin('f'), { errcode: 'M_UNAVAILABLE' });
  assert.deepEqual(log, ['a', 'b']);
  for (let ended = 0; ended < all.length; ended += 1) {
    ends[ended]?.();
    await all[ended];
    await new Promise((resolve) => setImmediate(resolve));
  }
  assert.deepEqual(log, ['a', 'b', 'c', 'd', 'e']);
});

test('a failure gives its place back', async () => {
  const slots = new Slots(1, 0);
  await assert.rejects(
    slots.run(() => Promise.reject(new Error('no'))),
    /no/,
  );
  assert.equal(await slots.run(async () => 'free'), 'free');
});
