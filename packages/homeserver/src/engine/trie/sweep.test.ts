import assert from 'node:assert/strict';
import { test } from 'node:test';

import fc from 'fast-check';

import { TrieStore, changeMap, changes, now } from '../../testing/trie-store.ts';
import { NodeSet } from './node-set.ts';
import { packedNodes } from './pack.ts';
import type { NodesRow } from './pack.ts';
import { emptyRoot } from './state-root.ts';
import type { StateRoot } from './state-root.ts';
import { sweepRow } from './sweep.ts';
import { seededRandom } from '@hearth/kit/testing';

fc.configureGlobal({ seed: 20261110 });

const uncached = { get: () => undefined, set: () => undefined };

test('after a sweep the kept states are whole, and no row without a kept node is left', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(changes, fc.boolean()), { maxLength: 8 }), changes, (sequence, later) => {
      const store = new TrieStore(uncached);
      let root: StateRoot = emptyRoot;
      let model = new Map<number, number>();
      const kept: [StateRoot, Map<number, number>][] = [];
      for (const [change, keep] of sequence) {
        root = store.apply(root, change).root;
        model = changeMap(model, change);
        if (keep) kept.push([root, model]);
      }
      kept.push([root, model]);
      const below = store.nextNumber;
      const marked = new NodeSet();
      for (const [state] of kept) now(store.room.mark([state], marked));
      kept.push([store.apply(root, later).root, changeMap(model, later)]);
      sweep(store, marked, below);
      for (const [state, entries] of kept) {
        now(store.room.verify(state));
        for (const [key, event] of entries) assert.equal(now(store.room.get(state, key)), event);
      }
      for (const row of store.rows) {
        const numbers = [...packedNodes(row).keys()];
        assert.ok(numbers.some((number) => number >= below || marked.has(number)));
      }
    }),
    { numRuns: 30 },
  );
});

test('marking is exact, visits a node once for all roots and reads no leaf', () => {
  const random = seededRandom('mark');
  const store = new TrieStore(uncached);
  const roots = [store.build(Array.from({ length: 20_000 }, (_, key) => [key, key + 1] as const))];
  const built = store.nodesWritten;
  for (let change = 0; change < 50; change++)
    roots.push(store.apply(roots.at(-1)!, new Map([[random.integer(20_000), 50_000 + change]])).root);
  const marked = new NodeSet();
  store.resetCounters();
  now(store.room.mark(roots, marked));
  assert.equal(marked.size, store.nextNumber - 1, 'everything is reachable while all roots are kept');
  assert.ok(store.loaded < built / 4, `${store.loaded} of ${built} nodes`);
  const loaded = store.loaded;
  now(store.room.mark(roots, marked));
  assert.equal(store.loaded, loaded);
});

test('a long history of which one root is kept shrinks to nearly that root', () => {
  const random = seededRandom('shrink');
  const store = new TrieStore(uncached);
  let root = store.build(Array.from({ length: 2_000 }, (_, key) => [key, key + 1] as const));
  for (let change = 0; change < 1_000; change++) root = store.apply(root, new Map([[random.integer(2_000), 50_000 + change]])).root;
  const bytes = (): number => store.rows.reduce((sum, row) => sum + row.bytes.length, 0);
  const before = bytes();
  const marked = new NodeSet();
  now(store.room.mark([root], marked));
  sweep(store, marked, store.nextNumber);
  now(store.room.verify(root));
  assert.ok(bytes() < before / 6, `${bytes()} of ${before}`);
});

test('a row written since marking began is kept whatever is marked', () => {
  const store = new TrieStore();
  store.build(Array.from({ length: 40 }, (_, key) => [key, 1] as const));
  assert.equal(sweepRow(store.rows[0]!, new NodeSet(), store.nextNumber - 1).verdict, 'keep');
  assert.equal(sweepRow(store.rows[0]!, new NodeSet(), store.nextNumber).verdict, 'delete');
});

test('a set of numbers knows what was added, in pages far apart', () => {
  fc.assert(
    fc.property(
      fc.array(fc.oneof(fc.nat(100), fc.integer({ min: 32_760, max: 32_780 }), fc.maxSafeNat())),
      fc.maxSafeNat(),
      (numbers, other) => {
        const set = new NodeSet();
        const model = new Set<number>();
        for (const number of numbers) {
          assert.equal(set.add(number), !model.has(number));
          model.add(number);
        }
        assert.equal(set.size, model.size);
        for (const number of [...numbers, ...numbers.map((one) => one + 1), other]) assert.equal(set.has(number), model.has(number));
      },
    ),
  );
});

function sweep(store: TrieStore, marked: NodeSet, below: number): void {
  store.rows = store.rows.flatMap((row): NodesRow[] => {
    const swept = sweepRow(row, marked, below);
    if (swept.verdict === 'delete') return [];
    return [swept.verdict === 'rewrite' ? swept.row : row];
  });
}
