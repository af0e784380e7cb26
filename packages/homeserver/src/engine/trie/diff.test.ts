import assert from 'node:assert/strict';
import { test } from 'node:test';

import fc from 'fast-check';

import { TrieStore, changeMap, changes, now } from '../../testing/trie-store.ts';
import type { KeyChange } from './inline-state.ts';
import { emptyRoot } from './state-root.ts';
import type { StateRoot } from './state-root.ts';
import { seededRandom } from '@hearth/kit/testing';

fc.configureGlobal({ seed: 20261102 });

test('the difference of two states is what comparing all their entries gives', () => {
  fc.assert(
    fc.property(fc.array(changes, { minLength: 2, maxLength: 5 }), (sequence) => {
      const store = new TrieStore();
      const states: [StateRoot, Map<number, number>][] = [[emptyRoot, new Map()]];
      for (const change of sequence) {
        const [root, model] = states.at(-1)!;
        states.push([store.apply(root, change).root, changeMap(model, change)]);
      }
      // A second history too, whose nodes are all different.
      const last = states.at(-1)!;
      states.push([store.build(last[1]), last[1]], [store.build(changeMap(last[1], sequence[0]!)), changeMap(last[1], sequence[0]!)]);
      for (const [before, beforeModel] of states) {
        for (const [after, afterModel] of states) {
          assert.deepEqual(byKey(now(store.room.diff(before, after))), bruteForce(beforeModel, afterModel));
        }
      }
    }),
    { numRuns: 60 },
  );
});

test('the difference of k changes in a state of 20,000 touches at most 10 nodes for each', () => {
  const random = seededRandom('diff');
  const store = new TrieStore();
  const base = store.build(Array.from({ length: 20_000 }, (_, key) => [key, key + 1] as const));
  for (const k of [1, 10, 300]) {
    const change = new Map<number, number>();
    while (change.size < k) change.set(random.integer(20_000), 1_000_000 + change.size);
    const after = store.apply(base, change).root;
    store.resetCounters();
    assert.equal(now(store.room.diff(base, after)).length, k);
    assert.ok(store.touched <= 10 * k, `${store.touched} nodes for ${k} changes`);
    assert.equal(store.loaded, 0);
  }
});

test('equal states from different histories are known as equal without reading a node', () => {
  const store = new TrieStore();
  const entries = Array.from({ length: 1_000 }, (_, key) => [key, key + 1] as const);
  const one = store.build(entries);
  const other = store.build(entries);
  store.resetCounters();
  assert.deepEqual(now(store.room.diff(one, other)), []);
  assert.equal(store.touched, 0);
});

function bruteForce(before: ReadonlyMap<number, number>, after: ReadonlyMap<number, number>): KeyChange[] {
  const keys = new Set([...before.keys(), ...after.keys()]);
  const changed = [...keys].filter((key) => before.get(key) !== after.get(key));
  return byKey(changed.map((key) => ({ key, before: before.get(key), after: after.get(key) })));
}

function byKey(list: readonly KeyChange[]): KeyChange[] {
  return [...list].sort((a, b) => a.key - b.key);
}
