import assert from 'node:assert/strict';
import { test } from 'node:test';

import { breather, turnEvery } from './breathe.ts';
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

test('counted work lets others have a turn after so many steps, however fast they were', async () => {
  const breathe = turnEvery(3);
  let othersRan = 0;
  for (let step = 1; step <= 7; step += 1) {
    setImmediate(() => (othersRan += 1));
    const turn = breathe();
    assert.equal(turn === undefined, step % 3 !== 0);
    if (turn) {
      await turn;
      assert.equal(othersRan, step);
    }
  }
});
