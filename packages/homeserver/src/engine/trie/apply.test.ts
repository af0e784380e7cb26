import assert from 'node:assert/strict';
import { test } from 'node:test';

import fc from 'fast-check';

import { TrieStore, changeMap, changes, now, testPairHash } from '../../testing/trie-store.ts';
import type { StateChanges } from './apply.ts';
import { keyOf } from './key-path.ts';
import { countOf, emptyRoot } from './state-root.ts';
import type { StateRoot } from './state-root.ts';

fc.configureGlobal({ seed: 20261101 });

test('a state after any changes holds what a map holds', () => {
  fc.assert(
    fc.property(fc.array(changes, { maxLength: 8 }), (sequence) => {
      const store = new TrieStore();
      let root: StateRoot = emptyRoot;
      let model = new Map<number, number>();
      for (const change of sequence) {
        const applied = store.apply(root, change);
        const next = changeMap(model, change);
        assert.deepEqual(sorted(store.entries(root)), sorted(model), 'the earlier state is still there');
        root = applied.root;
        assert.equal(countOf(root), next.size);
        assert.deepEqual(sorted(store.entries(root)), sorted(next));
        assert.deepEqual(sorted(new Map(applied.changed.map((one) => [one.key, one.after]))), sorted(realChanges(model, change)));
        for (const one of applied.changed) assert.equal(one.before, model.get(one.key));
        model = next;
      }
      now(store.room.verify(root));
    }),
  );
});

test('the same entries have the same shape and fingerprint whatever their history is', () => {
  fc.assert(
    fc.property(changes, fc.array(changes, { maxLength: 5 }), (wanted, detour) => {
      const entries = changeMap(new Map(), wanted);
      const store = new TrieStore();
      const direct = store.build(entries);
      let root: StateRoot = emptyRoot;
      for (const change of detour) root = store.apply(root, change).root;
      // Back to the wanted entries one by one, the deletes among the sets.
      const goal = new Map<number, number | undefined>([...store.entries(root).keys()].map((key) => [key, undefined]));
      for (const [key, event] of entries) goal.set(key, event);
      for (const [key, event] of goal) root = store.apply(root, new Map([[key, event]])).root;
      assert.equal(root.fingerprint, direct.fingerprint);
      assert.deepEqual(store.shape(root), store.shape(direct));
    }),
    { numRuns: 60 },
  );
});

test('changes that change nothing write nothing and keep the root', () => {
  const store = new TrieStore();
  for (const size of [0, 20, 33, 2_000]) {
    const root = store.build(dense(size));
    const same = store.apply(root, new Map<number, number | undefined>([...dense(size / 2), [10_000, undefined], [10_001, undefined]]));
    assert.equal(same.root, root);
    assert.deepEqual(same.newNodes, []);
    assert.deepEqual(same.changed, []);
  }
});

test('a state that shrinks collapses to leaves and at last to an inline root', () => {
  const store = new TrieStore();
  const full = dense(5_000);
  let root = store.build(full);
  for (const left of [4_999, 600, 33, 32, 1, 0]) {
    const gone = new Map<number, undefined>([...full].slice(left).map(([key]) => [key, undefined]));
    root = store.apply(root, gone).root;
    const entries = new Map([...full].slice(0, left));
    assert.deepEqual(store.shape(root), store.shape(store.build(entries)));
    assert.equal(root.kind, left > 32 ? 'node' : 'inline');
    assert.equal(root.fingerprint, store.build(entries).fingerprint);
  }
  assert.equal(root.fingerprint, 0n);
});

test('keys that share most of their path make a deep trie that still answers and collapses', () => {
  const store = new TrieStore();
  // Paths that differ in their last 7 bits only: below 12 branches with one child each.
  const entries = Array.from({ length: 128 }, (_, index) => [keyOf(7 * 2 ** 45 + index), index + 1] as const);
  let root = store.build(entries);
  for (const [key, event] of entries) assert.equal(now(store.room.get(root, key)), event);
  root = store.apply(root, new Map(entries.slice(32).map(([key]) => [key, undefined]))).root;
  assert.equal(root.kind, 'inline');
});

test('the new nodes have consecutive numbers from the given one, children before parents', () => {
  const store = new TrieStore();
  const applied = now(store.room.apply(emptyRoot, dense(3_000), 500));
  assert.deepEqual(
    applied.newNodes.map((node) => node.number),
    applied.newNodes.map((_, index) => 500 + index),
  );
  assert.equal(applied.nextNumber, 500 + applied.newNodes.length);
  assert.equal(applied.root.kind === 'node' && applied.root.number, applied.nextNumber - 1);
});

test('numbers out of range are refused before anything is read', () => {
  const store = new TrieStore();
  const bad: StateChanges[] = [new Map([[-1, 1]]), new Map([[1.5, 1]]), new Map([[2 ** 53, 1]]), new Map([[1, -1]]), new Map([[1, NaN]])];
  for (const change of bad) assert.throws(() => store.apply(emptyRoot, change), { code: 'out-of-range' });
  assert.throws(() => store.room.apply(emptyRoot, new Map(), 0), { code: 'out-of-range' });
});

test('the fingerprint is the sum of the hashes of the pairs', () => {
  const root = new TrieStore().build([
    [1, 2],
    [3, 4],
  ]);
  assert.equal(root.fingerprint, BigInt.asUintN(128, testPairHash(1, 2) + testPairHash(3, 4)));
});

function dense(size: number): Map<number, number> {
  return new Map(Array.from({ length: size }, (_, index) => [index + 100, index * 3 + 1]));
}

function realChanges(before: ReadonlyMap<number, number>, change: StateChanges): Map<number, number | undefined> {
  return new Map([...change].filter(([key, event]) => before.get(key) !== event));
}

function sorted<T>(map: ReadonlyMap<number, T>): [number, T][] {
  return [...map].sort((a, b) => a[0] - b[0]);
}
