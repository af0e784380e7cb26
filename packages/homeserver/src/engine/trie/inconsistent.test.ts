import assert from 'node:assert/strict';
import { test } from 'node:test';

import { TrieStore, now } from '../../testing/trie-store.ts';
import { keyOf, spanAt } from './key-path.ts';
import type { Branch, Leaf, TrieNode } from './node-codec.ts';
import { NodeSet } from './node-set.ts';
import type { NodeRoot } from './state-root.ts';

// Tries of which each node is well formed, but which no history makes: a broken disk or a wrong restore could.

const expected = { name: 'TrieError', code: 'inconsistent' };

/** Puts nodes into a store as they are; the last is the top. */
function stateOf(store: TrieStore, nodes: readonly TrieNode[], count: number): NodeRoot {
  const first = store.nextNumber;
  store.trie.committed(
    1,
    nodes.map((node, index) => ({ number: first + index, node, bytes: new Uint8Array() })),
  );
  store.nextNumber += nodes.length;
  return { kind: 'node', number: store.nextNumber - 1, count, fingerprint: BigInt(first) };
}

function leaf(suffixes: readonly number[], event = 1): Leaf {
  return { kind: 'leaf', suffixes, events: suffixes.map(() => event) };
}

function branch(count: number, children: Readonly<Record<number, number>>, leaves = 0): Branch {
  return { kind: 'branch', count, children: Array.from({ length: 16 }, (_, digit) => children[digit] ?? 0), leaves };
}

test('a leaf outside its place is found by whatever operation comes by', () => {
  const store = new TrieStore();
  const root = stateOf(store, [leaf([5, spanAt(1)]), branch(33, { 0: 1 }, 1)], 33);
  assert.throws(() => store.room.get(root, keyOf(5)), expected);
  assert.throws(() => store.room.getMany(root, [keyOf(5), keyOf(6)]), expected);
  assert.throws(() => store.room.slice(root, 0, 100), expected);
  assert.throws(() => store.room.apply(root, new Map([[keyOf(5), 2]]), 100), expected);
  assert.throws(() => store.room.diff(root, store.build([[1, 1]])), expected);
});

test('a branch below the last digit is found, however far down it leads', () => {
  const store = new TrieStore();
  const tower: TrieNode[] = [leaf([0])];
  for (let level = 1; level <= 20; level++) tower.push(branch(40, { 0: level }));
  const root = stateOf(store, tower, 40);
  assert.throws(() => store.room.get(root, keyOf(0)), { ...expected, message: /too deep/ });
  assert.throws(() => store.room.getMany(root, [keyOf(0)]), { ...expected, message: /too deep/ });
  assert.throws(() => store.room.apply(root, new Map([[keyOf(0), 2]]), 100), { ...expected, message: /too deep/ });
  assert.throws(() => store.room.slice(root, 0, 100), { ...expected, message: /too deep/ });
});

test('branches that all lead to the same subtree, 12 levels deep, do not make an endless walk', () => {
  const store = new TrieStore();
  const towers = [7, 8].map((event) => {
    const first = store.nextNumber;
    const nodes: TrieNode[] = [leaf([0], event)];
    for (let level = 0; level < 12; level++)
      nodes.push({ kind: 'branch', count: 40, children: Array.from({ length: 16 }, () => first + level), leaves: 0 });
    return stateOf(store, nodes, 40);
  });
  assert.throws(() => store.room.slice(towers[0]!, 0, 10_000), expected);
  for (const count of [40, 10_000]) assert.throws(() => store.room.verify({ ...towers[0]!, count }), expected);
  assert.throws(() => store.room.diff(towers[0]!, towers[1]!), expected);
  now(store.room.mark(towers, new NodeSet()));
});

test('a branch that becomes small must have leaves only, in their places, and as many entries as it counts', () => {
  const entries = (from: number, count: number): number[] => Array.from({ length: count }, (_, index) => from + index);
  const changes = new Map([[keyOf(0), undefined]]);
  const collapse = (sibling: TrieNode, siblingLeaf: boolean, count: number): void => {
    const store = new TrieStore();
    const top = branch(count, { 0: 1, 1: 2 }, siblingLeaf ? 3 : 1);
    const root = stateOf(store, [leaf(entries(0, 3)), sibling, top], count);
    now(store.room.apply(root, changes, 100));
  };
  collapse(leaf(entries(0, 30)), true, 33);
  assert.throws(() => collapse(leaf(entries(0, 29)), true, 33), { ...expected, message: /counts/ });
  assert.throws(() => collapse(branch(33, { 0: 1 }, 1), false, 33), { ...expected, message: /branch below/ });
  assert.throws(() => collapse(leaf([...entries(0, 29), spanAt(1)]), true, 33), { ...expected, message: /place/ });
});

test('a state never grows above 2^26 entries', () => {
  const store = new TrieStore();
  const root = stateOf(store, [leaf([5]), branch(2 ** 26, { 0: 1 }, 1)], 2 ** 26);
  now(store.room.apply(root, new Map([[keyOf(5), 2]]), 100));
  assert.throws(() => store.room.apply(root, new Map([[keyOf(6), 2]]), 100), { code: 'out-of-range' });
});
