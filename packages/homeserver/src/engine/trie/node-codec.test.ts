import assert from 'node:assert/strict';
import { test } from 'node:test';

import fc from 'fast-check';

import { decodeNode, encodeNode, leafEntriesMax } from './node-codec.ts';
import type { TrieNode } from './node-codec.ts';
import { TrieError } from './trie-error.ts';

fc.configureGlobal({ seed: 20261105 });

const narrow = fc.integer({ min: 0, max: 2 ** 32 - 1 }).map((mixed) => mixed * 2 ** 21);
const wide = fc.oneof(narrow, fc.maxSafeNat(), fc.integer({ min: 0, max: 50 }));

function leaves(suffix: fc.Arbitrary<number>): fc.Arbitrary<TrieNode> {
  return fc
    .uniqueArray(fc.tuple(suffix, fc.maxSafeNat()), { minLength: 1, maxLength: leafEntriesMax, size: 'max', selector: (entry) => entry[0] })
    .map((entries) => {
      entries.sort((a, b) => a[0] - b[0]);
      return { kind: 'leaf', suffixes: entries.map((entry) => entry[0]), events: entries.map((entry) => entry[1]) };
    });
}

const number = 2 ** 40;
const branches: fc.Arbitrary<TrieNode> = fc
  .record({
    count: fc.integer({ min: 33, max: 2 ** 26 }),
    children: fc.array(fc.oneof(fc.constant(0), fc.integer({ min: 1, max: number - 1 })), { minLength: 16, maxLength: 16, size: 'max' }),
    leaves: fc.integer({ min: 0, max: 0xffff }),
  })
  .filter((node) => node.children.some((child) => child !== 0))
  .map((node) => ({
    kind: 'branch',
    ...node,
    leaves: node.leaves & node.children.reduce((bits, child, digit) => (child === 0 ? bits : bits | (1 << digit)), 0),
  }));

const nodes = fc.oneof(leaves(narrow), leaves(wide), branches);

test('a node comes back from its bytes', () => {
  fc.assert(
    fc.property(nodes, (node) => assert.deepEqual(decodeNode(encodeNode(node, number), number), node)),
    { numRuns: 300 },
  );
});

test('bytes that are not exactly what the encoder writes are a malformed node', () => {
  const check = (bytes: Uint8Array): void => {
    let node: TrieNode;
    try {
      node = decodeNode(bytes, number);
    } catch (error) {
      assert.ok(error instanceof TrieError && error.code === 'malformed', String(error));
      return;
    }
    assert.deepEqual(Buffer.from(encodeNode(node, number)), Buffer.from(bytes));
  };
  fc.assert(fc.property(fc.uint8Array({ maxLength: 300, size: 'max' }), check), { numRuns: 500 });
  fc.assert(
    fc.property(nodes, fc.nat(), fc.integer({ min: 1, max: 255 }), (node, at, flip) => {
      const bytes = encodeNode(node, number);
      bytes[at % bytes.length]! ^= flip;
      check(bytes);
      check(bytes.subarray(0, at % bytes.length));
      check(Uint8Array.from([...encodeNode(node, number), 0]));
    }),
    { numRuns: 500 },
  );
});

test('what random bytes rarely hit is malformed too', () => {
  const cases: [what: string, bytes: number[]][] = [
    ['an upper part of 2^21', [0x41, 0, 0x80, 0x80, 0x80, 0x01, 0, 0]],
    ['a path above 2^53', [0x01, 0x80, 0x80, 0x80, 0x80, 0x10, 0, 0]],
    ['an event above 2^53', [0x01, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f, 0]],
    ['an integer without an end', [0x01, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]],
    ['a leaf bit without a child', [0x80, 0x01, 0, 0x02, 0, 0, 0]],
    ['a branch without children', [0x80, 0, 0, 0, 0, 0]],
    ['a branch of more than 2^26 entries', [0x80, 0x01, 0, 0, 0, 0xff, 0xff, 0xff, 0x7f, 0]],
    ['a leaf of 33 entries', [33, ...Array.from({ length: 67 }, () => 0)]],
  ];
  for (const [what, bytes] of cases) assert.throws(() => decodeNode(Uint8Array.from(bytes), number), { code: 'malformed' }, what);
});

test('a pointer can only lead to an older node', () => {
  const children = Array.from({ length: 16 }, () => 0);
  children[3] = 5;
  const bytes = encodeNode({ kind: 'branch', count: 40, children, leaves: 0 }, 9);
  const node = decodeNode(bytes, 6);
  assert.equal(node.kind === 'branch' && node.children[3], 2);
  assert.throws(() => decodeNode(bytes, 4), { name: 'TrieError', code: 'malformed' });
});
