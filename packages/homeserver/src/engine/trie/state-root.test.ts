import assert from 'node:assert/strict';
import { test } from 'node:test';

import fc from 'fast-check';

import { TrieStore, changes } from '../../testing/trie-store.ts';
import { countOf, decodeRoot, emptyRoot, encodeRoot } from './state-root.ts';
import type { StateRoot } from './state-root.ts';
import { TrieError } from './trie-error.ts';
import { seededRandom } from '@hearth/kit/testing';

fc.configureGlobal({ seed: 20261108 });

const roots = changes.map((change): StateRoot => new TrieStore().apply(emptyRoot, change).root);

test('a root comes back from its bytes', () => {
  fc.assert(fc.property(roots, (root) => assert.deepEqual(decodeRoot(encodeRoot(root)), root)));
  assert.deepEqual(decodeRoot(encodeRoot(emptyRoot)), emptyRoot);
});

test('bytes that are not exactly what the encoder writes are a malformed root', () => {
  const check = (bytes: Uint8Array): void => {
    let root: StateRoot;
    try {
      root = decodeRoot(bytes);
    } catch (error) {
      assert.ok(error instanceof TrieError && error.code === 'malformed', String(error));
      return;
    }
    assert.deepEqual(Buffer.from(encodeRoot(root)), Buffer.from(bytes));
  };
  fc.assert(fc.property(fc.uint8Array({ maxLength: 300, size: 'max' }), check), { numRuns: 500 });
  fc.assert(
    fc.property(roots, fc.nat(), fc.integer({ min: 1, max: 255 }), (root, at, flip) => {
      const bytes = encodeRoot(root);
      bytes[at % bytes.length]! ^= flip;
      check(bytes);
      check(bytes.subarray(0, at % bytes.length));
    }),
    { numRuns: 300 },
  );
});

test('a root of node 0, of a node above 2^53 or of more than 2^26 entries is malformed', () => {
  const fingerprint = Array.from({ length: 16 }, () => 1);
  assert.equal(decodeRoot(Uint8Array.from([0x80, ...fingerprint, 1, 0])).kind, 'node');
  assert.throws(() => decodeRoot(Uint8Array.from([0x80, ...fingerprint, 0, 0])), { code: 'malformed' });
  assert.throws(() => decodeRoot(Uint8Array.from([0x80, ...fingerprint, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f, 0])), {
    code: 'malformed',
  });
  assert.throws(() => decodeRoot(Uint8Array.from([0x80, ...fingerprint, 1, 0xff, 0xff, 0xff, 0x7f])), { code: 'malformed' });
});

test('32 entries are inline in at most 262 bytes, the 33rd makes nodes', () => {
  const random = seededRandom('inline');
  const store = new TrieStore();
  for (const keySpan of [2 ** 10, 2 ** 20, 2 ** 27]) {
    const entries = new Map<number, number>();
    while (entries.size < 32) entries.set(random.integer(keySpan), 2 ** 33 + random.integer(2 ** 21));
    const root = store.build(entries);
    assert.equal(root.kind, 'inline');
    assert.ok(encodeRoot(root).length <= 262, `${encodeRoot(root).length} bytes`);
    const larger = store.apply(root, new Map([[keySpan, 1]]));
    assert.equal(larger.root.kind, 'node');
    assert.equal(countOf(larger.root), 33);
    assert.ok(encodeRoot(larger.root).length <= 32);
  }
});
