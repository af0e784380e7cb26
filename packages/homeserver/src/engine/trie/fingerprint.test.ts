import assert from 'node:assert/strict';
import { test } from 'node:test';

import fc from 'fast-check';

import { addPair, createPairHash, readFingerprint, removePair, writeFingerprint } from './fingerprint.ts';

fc.configureGlobal({ seed: 20261103 });

const secret = new Uint8Array(32).fill(1);

test('the hash of a pair depends on the secret, the key and the event, and on which is which', () => {
  const pairHash = createPairHash(secret);
  const hashes = [
    pairHash(1, 2),
    pairHash(2, 1),
    pairHash(1, 3),
    pairHash(1 + 2 ** 32, 2),
    pairHash(1, 2 + 2 ** 32),
    createPairHash(new Uint8Array(32))(1, 2),
  ];
  assert.equal(new Set(hashes).size, hashes.length);
  assert.equal(pairHash(1, 2), hashes[0]);
});

test('the hash never changes: stored fingerprints depend on it', () => {
  assert.equal(createPairHash(secret)(123, 2 ** 40), 51263747773911761635507368627768517670n);
});

test('what is added and removed leaves the sum as it was, which stays below 2^128', () => {
  const sums = fc.bigInt({ min: 0n, max: 2n ** 128n - 1n });
  fc.assert(
    fc.property(sums, sums, (sum, pair) => {
      const more = addPair(sum, pair);
      assert.ok(more >= 0n && more < 2n ** 128n);
      assert.equal(removePair(more, pair), sum);
      assert.equal(readFingerprint(writeFingerprint(sum)), sum);
    }),
  );
});

test('a secret that is not 32 bytes is refused', () => {
  assert.throws(() => createPairHash(new Uint8Array(16)), { code: 'out-of-range' });
});
