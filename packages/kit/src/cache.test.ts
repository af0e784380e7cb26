import assert from 'node:assert/strict';
import { test } from 'node:test';

import { CacheBudget } from './cache.ts';
import { createMetrics } from './metrics.ts';
import { TestClock } from './testing/test-clock.ts';

const sizeOf = (value: string): number => value.length;
const kilobyte = 'x'.repeat(1000);

test('all caches together stay below the budget, and the greediest gives way', () => {
  const budget = new CacheBudget(100_000, new TestClock(), createMetrics());
  const busy = budget.cache<number, string>({ name: 'busy', sizeOf });
  const idle = budget.cache<number, string>({ name: 'idle', sizeOf });
  for (let key = 0; key < 20; key++) idle.set(key, kilobyte);
  for (let key = 0; key < 10_000; key++) {
    busy.set(key, kilobyte);
    assert.ok(budget.bytes <= 100_000);
  }
  assert.equal(idle.size, 20);
  assert.equal(busy.get(0), undefined);
  assert.equal(busy.get(9_999), kilobyte);
  assert.equal(budget.bytes, busy.bytes + idle.bytes);
});

test('what was used lately stays', () => {
  const budget = new CacheBudget(50_000, new TestClock(), createMetrics());
  const cache = budget.cache<string, string>({ name: 'events', sizeOf });
  cache.set('kept', kilobyte);
  for (let key = 0; key < 200; key++) {
    cache.set(String(key), kilobyte);
    assert.equal(cache.get('kept'), kilobyte);
  }
});

test('a value that would fill the budget alone is not kept, and takes the old one with it', () => {
  const budget = new CacheBudget(100_000, new TestClock(), createMetrics());
  const cache = budget.cache<string, string>({ name: 'events', sizeOf });
  cache.set('a', 'old');
  cache.set('a', 'x'.repeat(50_000));
  assert.equal(cache.get('a'), undefined);
  assert.equal(budget.bytes, 0);
});

test('entries grow old by the clock, and leave the sum when they do', () => {
  const clock = new TestClock();
  const budget = new CacheBudget(100_000, clock, createMetrics());
  const cache = budget.cache<string, string>({ name: 'tokens', sizeOf, ttlMs: 1000 });
  cache.set('a', 'b');
  clock.advance(999);
  assert.equal(cache.get('a'), 'b');
  clock.advance(2);
  assert.equal(cache.get('a'), undefined);
  assert.equal(budget.bytes, 0);
  cache.set('a', 'b');
  cache.delete('a');
  cache.set('b', 'b');
  cache.clear();
  assert.equal(budget.bytes, 0);
});

test('hits, misses and bytes are metrics', async () => {
  const metrics = createMetrics();
  const cache = new CacheBudget(100_000, new TestClock(), metrics).cache<string, string>({ name: 'state-nodes', sizeOf });
  cache.set('a', 'b');
  cache.get('a');
  cache.get('x');
  const text = await metrics.text();
  assert.match(text, /hearth_cache_hits_total\{cache="state-nodes"\} 1\n/);
  assert.match(text, /hearth_cache_misses_total\{cache="state-nodes"\} 1\n/);
  assert.match(text, /hearth_cache_bytes_state_nodes 153\n/);
});
