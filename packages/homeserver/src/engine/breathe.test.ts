import assert from 'node:assert/strict';
import { test } from 'node:test';

import { breather } from './breathe.ts';
import { TestClock } from '@hearth/kit/testing';

test('long work lets others have a turn after its slice, and goes on at once within it', async () => {
  const clock = new TestClock();
  const breathe = breather(clock);
  clock.advance(7);
  assert.equal(breathe(), undefined);
  clock.advance(1);
  let othersRan = false;
  setImmediate(() => (othersRan = true));
  await breathe();
  assert.equal(othersRan, true);
  assert.equal(breathe(), undefined);
});
