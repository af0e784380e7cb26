import assert from 'node:assert/strict';
import { test } from 'node:test';

import { serviceOrder } from './service-order.ts';
import { seededRandom } from '@hearth/kit/testing';

const record = (host: string, priority: number, weight: number, port = 1) => ({ host, priority, weight, port });

test('lower priorities come first, and among equals the weight says how often each is first', () => {
  const records = [record('late', 20, 100), record('heavy', 10, 3), record('light', 10, 1), record('none', 10, 0)];
  const random = seededRandom(3);
  const first = new Map<string, number>();
  for (let round = 0; round < 4000; round += 1) {
    const order = serviceOrder(records, random).map(({ host }) => host);
    assert.equal(order.at(-1), 'late');
    assert.deepEqual(new Set(order), new Set(['late', 'heavy', 'light', 'none']));
    first.set(order[0] ?? '', (first.get(order[0] ?? '') ?? 0) + 1);
  }
  assert.ok(Math.abs((first.get('heavy') ?? 0) - 3000) < 150, String(first.get('heavy')));
  assert.ok(Math.abs((first.get('light') ?? 0) - 1000) < 150, String(first.get('light')));
  assert.ok((first.get('none') ?? 0) > 0);
});

test('a dot and port 0 are no places, and of very many only the first are tried', () => {
  assert.deepEqual(serviceOrder([record('.', 0, 0), record('x', 0, 0, 0)], seededRandom(1)), []);
  const many = Array.from({ length: 1000 }, (_, index) => record(`h${index}`, index, 65535));
  assert.deepEqual(
    serviceOrder(many, seededRandom(1)).map(({ host }) => host),
    ['h0', 'h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'h7'],
  );
});
