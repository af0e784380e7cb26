import assert from 'node:assert/strict';
import { test } from 'node:test';

import fc from 'fast-check';

import { depthMax, digitAt, keyOf, pathOf, spanAt } from './key-path.ts';

fc.configureGlobal({ seed: 20261104 });

test('every key up to 2^53 has a path of its own and comes back from it', () => {
  fc.assert(
    fc.property(fc.maxSafeNat(), (number) => {
      assert.equal(keyOf(pathOf(number)), number);
      assert.equal(pathOf(keyOf(number)), number);
    }),
  );
  for (const key of [0, 1, 2 ** 31, 2 ** 32 - 1, 2 ** 32, 2 ** 48, Number.MAX_SAFE_INTEGER]) assert.equal(keyOf(pathOf(key)), key);
});

test('paths never change: stored tries depend on them', () => {
  assert.deepEqual([0, 1, 2, 1_000_000, 2 ** 40].map(pathOf), [0, 2860676236181504, 1722489667321856, 79246728888320, 5718870543302912]);
});

test('the digits of a path put together are the path', () => {
  fc.assert(
    fc.property(fc.maxSafeNat(), (path) => {
      let sum = 0;
      for (let depth = 0; depth < depthMax; depth++) sum += digitAt(path, depth) * spanAt(depth + 1);
      assert.equal(sum, path);
    }),
  );
});

test('dense keys spread evenly over the first three digits', () => {
  const counts = new Uint32Array(4096);
  for (let key = 5_000; key < 5_000 + 4096 * 16; key++) counts[Math.floor(pathOf(key) / spanAt(3))]!++;
  // 16 expected in each; a random spread stays within 6 standard deviations of 4.
  assert.ok(Math.max(...counts) < 16 + 6 * 4, `fullest ${Math.max(...counts)}`);
  assert.ok(counts.filter((count) => count === 0).length <= 2);
});
