import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Histogram } from './histogram.ts';

test('percentiles are right to two per cent over six orders of magnitude', () => {
  for (const unit of [0.001, 0.05, 1, 40, 1000]) {
    const histogram = new Histogram();
    for (let value = 1; value <= 1000; value++) histogram.recordMs(value * unit);
    for (const share of [0.001, 0.1, 0.5, 0.9, 0.99]) {
      const exact = share * 1000 * unit;
      const told = histogram.percentileMs(share);
      assert.ok(told >= exact - 0.0006 && told <= exact * 1.016 + 0.001, `${share} of ${unit}: ${told} instead of ${exact}`);
    }
    assert.equal(histogram.percentileMs(1), 1000 * unit);
  }
});

test('a single slow answer shows in the maximum and not in the median', () => {
  const histogram = new Histogram();
  for (let count = 0; count < 99; count++) histogram.recordMs(1);
  histogram.recordMs(5000);
  const { p50, p90, max, mean } = histogram.summary();
  assert.deepEqual([p50, p90, max], [1.007, 1.007, 5000]);
  assert.equal(mean, 50.99);
});

test('nothing recorded is all zeros', () => {
  assert.deepEqual(new Histogram().summary(), { mean: 0, p50: 0, p90: 0, p99: 0, max: 0 });
});

test('a clock that stepped back counts as no time', () => {
  const histogram = new Histogram();
  histogram.recordMs(-3);
  assert.deepEqual([histogram.count, histogram.percentileMs(1)], [1, 0]);
});
