import assert from 'node:assert/strict';
import { test } from 'node:test';

import { citedFirst } from './delivery-order.ts';
import { seededRandom } from '@hearth/kit/testing';

type Item = Parameters<typeof citedFirst>[0][number];

const item = (eventId: string, prevEvents: readonly string[], authEvents: readonly string[] = []): Item => ({
  event: { eventId, prevEvents, authEvents },
});
const ids = (items: readonly Item[]): string[] => items.map(({ event }) => event.eventId);

test('what is cited comes first, all else in the order in which it came', () => {
  const items = [item('c', ['b']), item('x', []), item('b', ['elsewhere'], ['a']), item('a', []), item('y', [])];
  assert.deepEqual(ids(citedFirst(items)), ['a', 'b', 'c', 'x', 'y']);
});

test('the same event twice stays twice, and events that cite each other in a circle all stay', () => {
  assert.deepEqual(ids(citedFirst([item('b', ['a']), item('b', ['a']), item('a', [])])), ['a', 'b', 'b']);
  assert.deepEqual(ids(citedFirst([item('a', ['b']), item('b', ['a'])])).toSorted(), ['a', 'b']);
  assert.deepEqual(ids(citedFirst([item('a', ['a'])])), ['a']);
});

test('any graph in any order comes out whole and in order', () => {
  const random = seededRandom('delivery order');
  for (let round = 0; round < 50; round += 1) {
    const graph = Array.from({ length: 40 }, (_, index) => {
      const cited = Array.from({ length: random.integer(4) }, () => `e${random.integer(Math.max(1, index))}`).filter(
        (id) => id !== `e${index}`,
      );
      return item(`e${index}`, cited.slice(0, 2), cited.slice(2));
    });
    const shuffled = graph.map((one) => ({ one, at: random.integer(1_000_000) })).toSorted((a, b) => a.at - b.at);
    const ordered = citedFirst(shuffled.map(({ one }) => one));
    assert.equal(new Set(ordered).size, graph.length);
    const place = new Map(ordered.map((one, index) => [one.event.eventId, index]));
    for (const { event } of graph) {
      for (const id of [...event.prevEvents, ...event.authEvents]) assert.ok((place.get(id) ?? 0) < (place.get(event.eventId) ?? 0));
    }
  }
});

test('a chain of a thousand events that comes backwards is no deep recursion', () => {
  const chain = Array.from({ length: 1_000 }, (_, index) => item(`e${index}`, index === 0 ? [] : [`e${index - 1}`]));
  assert.deepEqual(ids(citedFirst(chain.toReversed())), ids(chain));
});
