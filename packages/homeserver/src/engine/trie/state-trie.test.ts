import assert from 'node:assert/strict';
import { test } from 'node:test';

import fc from 'fast-check';

import { TrieStore, changeMap, changes, keys, now, testPairHash } from '../../testing/trie-store.ts';
import { RecentNodes } from './node-cache.ts';
import { NodeSet } from './node-set.ts';
import { emptyRoot } from './state-root.ts';
import { StateTrie, pendingNodes } from './state-trie.ts';
import type { RoomTrie } from './state-trie.ts';
import { TrieError } from './trie-error.ts';

fc.configureGlobal({ seed: 20261109 });

const entries = Array.from({ length: 3_000 }, (_, key) => [key, key + 1] as const);

/** A trie whose loader always waits, and that remembers nothing. */
function waitingRoom(store: TrieStore): RoomTrie {
  const cache = { get: () => undefined, set: () => undefined };
  return new StateTrie({ cache, load: (_room, numbers) => Promise.resolve(store.load(numbers)), pairHash: testPairHash }).inRoom(1);
}

test('nothing waits while the nodes are in memory', () => {
  const store = new TrieStore();
  const root = store.build(entries);
  store.resetCounters();
  assert.equal(now(store.room.get(root, 17)), 18);
  assert.deepEqual(
    now(store.room.getMany(root, [1, 2, 5_000])),
    new Map([
      [1, 2],
      [2, 3],
    ]),
  );
  assert.equal(store.loads, 0);
});

test('every operation gives the same when each node has to be waited for', async () => {
  await fc.assert(
    fc.asyncProperty(changes, changes, fc.array(keys, { maxLength: 60, size: 'max' }), async (first, second, wanted) => {
      const store = new TrieStore();
      const room = waitingRoom(store);
      const before = store.apply(emptyRoot, first).root;
      const next = store.nextNumber;
      const applied = store.apply(before, second);
      const model = changeMap(changeMap(new Map(), first), second);
      assert.deepEqual(await room.apply(before, second, next), applied);
      assert.deepEqual(await room.diff(before, applied.root), await store.room.diff(before, applied.root));
      const found = await room.getMany(applied.root, wanted);
      for (const key of wanted) {
        assert.equal(await room.get(applied.root, key), model.get(key));
        assert.equal(found.get(key), model.get(key));
        assert.equal(found.has(key), model.has(key));
      }
      const whole: number[] = [];
      for await (const slice of room.slices(applied.root, 20)) whole.push(...slice.map(([key]) => key));
      assert.deepEqual(new Set(whole), new Set(model.keys()));
      await room.verify(applied.root);
    }),
    { numRuns: 40 },
  );
});

test('a loaded node is remembered', () => {
  const store = new TrieStore(new RecentNodes(2 ** 20));
  const root = store.build(entries);
  const fresh = new TrieStore(new RecentNodes(2 ** 20));
  fresh.rows = store.rows;
  assert.equal(now(fresh.room.get(root, 5)), 6);
  const { loaded } = fresh;
  assert.ok(loaded >= 2 && loaded <= 5);
  assert.equal(now(fresh.room.get(root, 5)), 6);
  assert.equal(fresh.loaded, loaded);
});

test('nodes of an uncommitted write are read from the pending ones and leave no trace in the cache', () => {
  const store = new TrieStore();
  const root = store.build(entries);
  const first = now(store.room.apply(root, new Map([[1, 90_001]]), store.nextNumber));
  const pending = pendingNodes(first.newNodes);
  const second = now(store.trie.inRoom(1, pending).apply(first.root, new Map([[1, 90_002]]), first.nextNumber));
  const room = store.trie.inRoom(1, pendingNodes(second.newNodes, pending));
  assert.equal(now(room.get(first.root, 1)), 90_001);
  assert.equal(now(room.get(second.root, 1)), 90_002);
  // Both lose; the winner's nodes have the same numbers.
  const winner = store.apply(root, new Map([[1, 80_000]]));
  assert.equal(winner.newNodes[0]!.number, first.newNodes[0]!.number);
  assert.equal(now(store.room.get(winner.root, 1)), 80_000);
  assert.equal(now(room.get(first.root, 1)), 90_001, 'what is built on the losers reads losers, until it is built again');
});

test('a missing node is a typed error in every operation, waited for or not', async () => {
  const store = new TrieStore();
  const root = store.build(entries);
  const other = store.apply(
    root,
    new Map([
      [1, 7],
      [2, 7],
    ]),
  ).root;
  store.rows = [];
  const waiting = waitingRoom(store);
  const expected = { name: 'TrieError', code: 'missing-node' };
  await assert.rejects(async () => waiting.get(root, 1), expected);
  await assert.rejects(async () => waiting.getMany(root, [1, 2]), expected);
  await assert.rejects(async () => waiting.slice(root, 0, 10), expected);
  await assert.rejects(async () => waiting.apply(root, new Map([[1, 1_000]]), 9_999), expected);
  await assert.rejects(async () => waiting.diff(root, other), expected);
  await assert.rejects(async () => waiting.mark([root], new NodeSet()), expected);
  await assert.rejects(async () => waiting.verify(root), expected);
  const cold = new TrieStore();
  assert.throws(() => cold.room.get(root, 1), expected);
});

test('a loader that fails fails the operation', async () => {
  const root = new TrieStore().build(entries);
  const cache = new RecentNodes(1_000);
  const trie = new StateTrie({ cache, load: () => Promise.reject(new Error('the disk is gone')), pairHash: testPairHash });
  await assert.rejects(async () => trie.inRoom(1).get(root, 1), /the disk is gone/);
});

test('whatever a broken disk gives, operations end, with an answer or a TrieError, and verify tells', () => {
  const uncached = { get: () => undefined, set: () => undefined };
  const source = new TrieStore();
  const root = source.build(entries.slice(0, 600));
  const later = source.apply(
    root,
    new Map([
      [3, 70_000],
      [700, 1],
    ]),
  ).root;
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.nat(), fc.nat(), fc.integer({ min: 1, max: 255 })), { minLength: 1, maxLength: 6 }),
      fc.nat(800),
      (flips, key) => {
        const store = new TrieStore(uncached);
        store.rows = source.rows.map((row) => ({ number: row.number, bytes: row.bytes.slice() }));
        for (const [row, at, flip] of flips) {
          const { bytes } = store.rows[row % store.rows.length]!;
          bytes[at % bytes.length]! ^= flip;
        }
        const operations: (() => unknown)[] = [
          () => store.room.get(root, key),
          () => store.room.getMany(root, [key, key + 1, key * 2]),
          () => store.room.slice(root, 0, 10_000),
          () =>
            store.room.apply(
              root,
              new Map([
                [key, undefined],
                [key + 1, undefined],
                [2_000, 5],
              ]),
              10_000,
            ),
          () => store.room.diff(root, later),
          () => store.room.mark([root, later], new NodeSet()),
        ];
        for (const operation of operations) endsWell(operation);
        const verified = endsWell(() => store.room.verify(later));
        if (verified) assert.deepEqual(store.entries(later), source.entries(later));
      },
    ),
    { numRuns: 80 },
  );
});

/** Whether the operation gave an answer; anything thrown but a TrieError fails the test. */
function endsWell(operation: () => unknown): boolean {
  try {
    operation();
    return true;
  } catch (error) {
    assert.ok(error instanceof TrieError, String(error));
    return false;
  }
}
