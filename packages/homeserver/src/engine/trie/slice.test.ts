import assert from 'node:assert/strict';
import { test } from 'node:test';

import fc from 'fast-check';

import { TrieStore, changeMap, changes, now } from '../../testing/trie-store.ts';
import type { StateEntry } from './slice.ts';
import { emptyRoot } from './state-root.ts';

fc.configureGlobal({ seed: 20261107 });

test('slices of any size, one after the other, are the state', () => {
  fc.assert(
    fc.property(changes, changes, fc.integer({ min: 1, max: 80 }), (first, second, limit) => {
      const store = new TrieStore();
      const root = store.apply(store.apply(emptyRoot, first).root, second).root;
      const model = changeMap(changeMap(new Map(), first), second);
      const entries: StateEntry[] = [];
      for (let from: number | undefined = 0; from !== undefined;) {
        const slice: { entries: readonly StateEntry[]; next: number | undefined } = now(store.room.slice(root, from, limit));
        assert.ok(slice.entries.length <= limit + 31 || root.kind === 'inline');
        assert.ok(slice.entries.length >= limit || slice.next === undefined);
        entries.push(...slice.entries);
        from = slice.next;
      }
      assert.equal(entries.length, model.size);
      assert.deepEqual(new Map([...entries].sort((a, b) => a[0] - b[0])), new Map([...model].sort((a, b) => a[0] - b[0])));
    }),
  );
});

test('a slice of a large state reads about its own part of it, a whole level of nodes in one step', () => {
  const store = new TrieStore({ get: () => undefined, set: () => undefined });
  const root = store.build(Array.from({ length: 50_000 }, (_, key) => [key, key + 1] as const));
  store.resetCounters();
  const slice = now(store.room.slice(root, 2 ** 52, 500));
  assert.ok(slice.entries.length >= 500 && slice.entries.length <= 531);
  assert.ok(store.loaded < 150, `${store.loaded} nodes`);
  assert.ok(store.loads <= 8, `${store.loads} steps`);
});

test('a limit that is no positive integer is refused', () => {
  const store = new TrieStore();
  const root = store.build(Array.from({ length: 40 }, (_, key) => [key, 1] as const));
  for (const limit of [0, -1, NaN]) assert.throws(() => store.room.slice(root, 0, limit), { code: 'out-of-range' });
});

test('the slices of a room can be iterated', async () => {
  const store = new TrieStore();
  const root = store.build(Array.from({ length: 1_000 }, (_, key) => [key, key] as const));
  const sizes: number[] = [];
  for await (const slice of store.room.slices(root, 400)) sizes.push(slice.length);
  assert.equal(sizes.length, 3);
  assert.equal(
    sizes.reduce((sum, size) => sum + size),
    1_000,
  );
});
