import assert from 'node:assert/strict';
import { test } from 'node:test';

import { createMetrics } from './metrics.ts';

test('each server has metrics of its own, in the text format', async () => {
  const one = createMetrics();
  const other = createMetrics();
  one.counter('hearth_things_total', 'Things.', ['kind']).at('a').add(2);
  other.counter('hearth_things_total', 'Things.', ['kind']).at('a').add();
  let size = 3;
  one.gauge('hearth_size', 'Size.', { collect: () => size });
  one
    .histogram('hearth_seconds', 'Time.', { labels: ['op'], buckets: [1, 2] })
    .at('x')
    .observe(1.5);
  size = 4;
  const text = await one.text();
  assert.match(text, /hearth_things_total\{kind="a"\} 2\n/);
  assert.match(text, /hearth_size 4\n/);
  assert.match(text, /hearth_seconds_bucket\{le="2",op="x"\} 1\n/);
  assert.match(await other.text(), /hearth_things_total\{kind="a"\} 1\n/);
});
