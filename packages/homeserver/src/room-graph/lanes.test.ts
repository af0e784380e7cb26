import assert from 'node:assert/strict';
import { test } from 'node:test';

import fc from 'fast-check';

import { placeInLanes } from './lanes.ts';

const node = (event_id: string, ...prev_events: string[]) => ({ event_id, prev_events });
const lanesOf = (...events: ReturnType<typeof node>[]) => placeInLanes(events).rows.map(({ lane }) => lane);

test('a line of events stays in one lane', () => {
  assert.deepEqual(lanesOf(node('c', 'b'), node('b', 'a'), node('a')), [0, 0, 0]);
});

test('a branch gets a lane of its own until it joins again', () => {
  assert.deepEqual(lanesOf(node('join', 'left', 'right'), node('right', 'base'), node('left', 'base'), node('base')), [0, 1, 0, 1]);
});

test('two ends meet in the event that both follow', () => {
  const { rows, lanes } = placeInLanes([node('b', 'base'), node('a', 'base'), node('base')]);
  assert.equal(lanes, 2);
  assert.deepEqual(rows[1]?.edges, [{ lane: 0, row: 2 }]);
  assert.deepEqual(rows[1]?.passing, [0]);
});

test('a line to an event that is not shown leads nowhere and keeps no lane', () => {
  const { rows } = placeInLanes([node('b', 'gone'), node('a', 'gone')]);
  assert.deepEqual(
    rows.map(({ lane, edges }) => [lane, edges]),
    [
      [0, [{ lane: 0, row: undefined }]],
      [0, [{ lane: 0, row: undefined }]],
    ],
  );
});

test('an event that cites itself or a later one does not keep a lane for ever', () => {
  const { rows, lanes } = placeInLanes([node('b', 'b'), node('a', 'b')]);
  assert.deepEqual(
    rows.map(({ edges }) => edges[0]?.row),
    [undefined, undefined],
  );
  assert.equal(lanes, 1);
});

test('no line passes through an event that it does not lead to', () => {
  const graph = fc.array(fc.array(fc.nat(6), { maxLength: 4 }), { maxLength: 40 });
  fc.assert(
    fc.property(graph, (steps) => {
      const events = steps.map((back, index) => node(`${index}`, ...new Set(back.map((distance) => `${index + 1 + distance}`))));
      const { rows } = placeInLanes(events);
      for (const [from, { edges }] of rows.entries()) {
        for (const { lane, row } of edges) {
          if (row === undefined) continue;
          assert.equal(rows[row]?.lane, lane);
          for (const between of rows.slice(from + 1, row)) assert.ok(between.lane !== lane && between.passing.includes(lane));
        }
      }
    }),
    { seed: 5, numRuns: 300 },
  );
});
