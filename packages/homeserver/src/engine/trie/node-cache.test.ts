import assert from 'node:assert/strict';
import { test } from 'node:test';

import { RecentNodes } from './node-cache.ts';
import { nodeBytes } from './node-codec.ts';
import type { TrieNode } from './node-codec.ts';

const node: TrieNode = { kind: 'leaf', suffixes: [1, 2], events: [3, 4] };
const size = nodeBytes(node);

test('the cache never holds more bytes than it may, and keeps what is used', () => {
  const cache = new RecentNodes(20 * size);
  for (let number = 1; number <= 500; number++) {
    cache.set(number % 3, number, node);
    assert.ok(cache.bytes <= 20 * size);
    if (number > 1) assert.equal(cache.get(1, 1), node, 'what is read at every turn stays');
  }
  assert.equal(cache.get(500 % 3, 500), node);
  assert.equal(cache.get(2, 2), undefined);
});

test('the same number in another room is another node', () => {
  const cache = new RecentNodes(100 * size);
  cache.set(1, 7, node);
  assert.equal(cache.get(2, 7), undefined);
  assert.equal(cache.hits, 0);
  assert.equal(cache.misses, 1);
});

test('what is used again moves to the younger generation and is not counted twice', () => {
  const cache = new RecentNodes(10 * size);
  for (let number = 1; number <= 6; number++) cache.set(1, number, node);
  assert.equal(cache.bytes, 6 * size);
  cache.get(1, 1);
  cache.set(1, 6, node);
  assert.equal(cache.bytes, 6 * size);
});

test('a room that is forgotten leaves no bytes, in either generation', () => {
  const cache = new RecentNodes(10 * size);
  for (let number = 1; number <= 8; number++) cache.set(1, number, node);
  cache.set(1, 8, node);
  cache.forgetRoom(1);
  assert.equal(cache.bytes, 0);
  assert.equal(cache.get(1, 1), undefined);
  assert.equal(cache.get(1, 8), undefined);
});
