import assert from 'node:assert/strict';
import { test } from 'node:test';

import fc from 'fast-check';

import { SmallestFirst } from './smallest-first.ts';

test('what was added comes out smallest first, also when smaller numbers come later', () => {
  const limits = fc.constantFrom(1, 2, 31, 32, 33, 1024, 1025, 40_000);
  const steps = fc.array(fc.option(fc.nat(), { freq: 3 }), { maxLength: 60 });
  fc.assert(
    fc.property(limits, steps, (limit, list) => {
      const set = new SmallestFirst(limit);
      const expected = new Set<number>();
      const takeBoth = (): number | undefined => {
        const smallest = expected.size === 0 ? undefined : Math.min(...expected);
        assert.equal(set.take(), smallest);
        if (smallest !== undefined) expected.delete(smallest);
        return smallest;
      };
      for (const step of list) {
        if (step === null) {
          takeBoth();
          continue;
        }
        set.add(step % limit);
        expected.add(step % limit);
      }
      while (takeBoth() !== undefined);
    }),
    { seed: 20261124, numRuns: 1000 },
  );
});

test('nothing comes out of an empty one', () => {
  assert.equal(new SmallestFirst(0).take(), undefined);
  assert.equal(new SmallestFirst(100_000).take(), undefined);
});
