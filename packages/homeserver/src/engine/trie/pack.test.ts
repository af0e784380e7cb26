import assert from 'node:assert/strict';
import { test } from 'node:test';

import fc from 'fast-check';

import { TrieStore } from '../../testing/trie-store.ts';
import type { NewNode } from './draft.ts';
import { packNodes, packedNodes, rowBytesMax, unpackNode } from './pack.ts';
import { TrieError } from './trie-error.ts';

fc.configureGlobal({ seed: 20261106 });

const leaf = { kind: 'leaf', suffixes: [0], events: [1] } as const;
const sizes = fc.array(fc.integer({ min: 1, max: 600 }), { minLength: 1, maxLength: 40, size: 'max' });

function nodesOf(lengths: readonly number[], first = 100): NewNode[] {
  return lengths.map((length, index) => ({ number: first + index, node: leaf, bytes: new Uint8Array(length).fill(index + 1) }));
}

test('nodes come back from their rows, each from the row with the largest number not above its own', () => {
  fc.assert(
    fc.property(sizes, (lengths) => {
      const nodes = nodesOf(lengths);
      const rows = packNodes(nodes);
      for (const node of nodes) {
        const row = rows.findLast((one) => one.number <= node.number)!;
        assert.deepEqual(Buffer.from(unpackNode(row, node.number)!), Buffer.from(node.bytes));
      }
      for (const row of rows) assert.ok(row.bytes.length <= rowBytesMax);
      assert.equal(unpackNode(rows.at(-1)!, 100 + lengths.length), undefined);
      assert.equal(unpackNode(rows[0]!, 99), undefined);
    }),
  );
});

test('a row is filled to the last byte and not above', () => {
  for (let last = 300; last < 330; last++) {
    const rows = packNodes(nodesOf([300, 328, last]));
    for (const row of rows) assert.ok(row.bytes.length <= rowBytesMax, `${row.bytes.length} bytes`);
  }
  assert.equal(packNodes(nodesOf([300, 300, 300])).length, 1);
});

test('nodes with a gap between their numbers are in different rows', () => {
  const rows = packNodes([...nodesOf([5, 5], 10), ...nodesOf([5], 13)]);
  assert.deepEqual(
    rows.map((row) => row.number),
    [10, 13],
  );
});

test('no nodes make no row', () => {
  assert.deepEqual(packNodes([]), []);
});

test('a row with wrong bytes is malformed or still a row', () => {
  const check = (bytes: Uint8Array): void => {
    try {
      packedNodes({ number: 1, bytes });
    } catch (error) {
      assert.ok(error instanceof TrieError && error.code === 'malformed', String(error));
    }
  };
  fc.assert(fc.property(fc.uint8Array({ maxLength: 100 }), check), { numRuns: 500 });
  fc.assert(
    fc.property(sizes, fc.nat(), (lengths, at) => {
      const bytes = packNodes(nodesOf(lengths))[0]!.bytes;
      assert.throws(() => packedNodes({ number: 1, bytes: bytes.subarray(0, at % bytes.length) }), { code: 'malformed' });
    }),
  );
});

test('a whole large state is packed in rows that fit a page', () => {
  const store = new TrieStore();
  store.build(Array.from({ length: 5_000 }, (_, key) => [key, key + 1] as const));
  for (const row of store.rows) assert.ok(row.bytes.length <= rowBytesMax);
  assert.ok(store.bytesWritten / store.rows.length > rowBytesMax / 2, 'rows are well filled');
});
