import assert from 'node:assert/strict';
import { test } from 'node:test';

import { TrieStore, now } from '../../testing/trie-store.ts';
import { decodeRoot, encodeRoot } from './state-root.ts';
import type { StateRoot } from './state-root.ts';
import { seededRandom } from '@hearth/kit/testing';

// A room of 100,000 members on a server that has seen some hundred million events. Numbers here are promises of
// docs/performance.md: what a state change writes is what makes disks grow.
const members = 100_000;

test('in a state of 100,000 entries a change writes at most 512 bytes and about 4 nodes, in one row', (t) => {
  const random = seededRandom('budget');
  const store = new TrieStore();
  const event = (): number => 2 ** 28 + random.integer(2 ** 28);
  const keyBase = 3_000_000;
  let root = store.build(Array.from({ length: members }, (_, index) => [keyBase + index * 7, event()] as const));
  t.diagnostic(`building: ${store.bytesWritten} bytes in ${store.rowsWritten} rows`);
  assert.ok(store.bytesWritten < 1_000_000);
  // Hundred million nodes later: pointers to what is old are long.
  store.nextNumber += 2 ** 27;

  let bytes = 0;
  let nodes = 0;
  let rows = 0;
  let worst = 0;
  const rounds = 2_000;
  for (let round = 0; round < rounds; round++) {
    store.resetCounters();
    const key = keyBase + random.integer(members) * 7;
    // Mostly members who change; also new ones and, which no room of Matrix does, entries that go.
    const kind = random.integer(10);
    root = store.apply(root, new Map([[kind === 0 ? key + 1 : key, kind === 1 ? undefined : event()]])).root;
    bytes += store.bytesWritten;
    nodes += store.nodesWritten;
    rows += store.rowsWritten;
    worst = Math.max(worst, store.bytesWritten);
    assert.equal(store.loaded, 0);
  }
  t.diagnostic(`per change: ${bytes / rounds} bytes, ${nodes / rounds} nodes, ${rows / rounds} rows; worst ${worst} bytes`);
  assert.ok(bytes / rounds <= 512, `${bytes / rounds} bytes`);
  assert.ok(worst <= 1_024, `${worst} bytes`);
  assert.ok(nodes / rounds <= 4.5, `${nodes / rounds} nodes`);
  assert.ok(rows / rounds <= 1.01, `${rows / rounds} rows`);
  assert.ok(encodeRoot(root).length <= 32);
  assert.deepEqual(decodeRoot(encodeRoot(root)), root);

  checkLookups(store, root, keyBase, random.integer(members));
  checkColdLookup(store, root, keyBase);
  checkDifference(store, root, keyBase);
});

function checkLookups(store: TrieStore, root: StateRoot, keyBase: number, start: number): void {
  for (let lookup = 0; lookup < 500; lookup++) {
    store.resetCounters();
    now(store.room.get(root, keyBase + ((start + lookup * 101) % members) * 7));
    assert.ok(store.touched <= 5, `${store.touched} nodes`);
  }
}

function checkColdLookup(store: TrieStore, root: StateRoot, keyBase: number): void {
  const cold = new TrieStore();
  cold.rows = store.rows;
  now(cold.room.get(root, keyBase));
  assert.ok(cold.loads <= 5);
  // A hundred keys at once: still one step for each level.
  now(
    cold.room.getMany(
      root,
      Array.from({ length: 100 }, (_, index) => keyBase + index * 70),
    ),
  );
  assert.ok(cold.loads <= 10, `${cold.loads} steps`);
}

function checkDifference(store: TrieStore, root: StateRoot, keyBase: number): void {
  for (const k of [1, 20, 400]) {
    const after = store.apply(root, new Map(Array.from({ length: k }, (_, index) => [keyBase + index * 49, 5 + index]))).root;
    store.resetCounters();
    const changed = now(store.room.diff(root, after));
    assert.ok(changed.length > 0 && changed.length <= k);
    assert.ok(store.touched <= 10 * k, `${store.touched} nodes for ${k} changes`);
  }
}
