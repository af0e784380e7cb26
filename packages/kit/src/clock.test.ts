import assert from 'node:assert/strict';
import { test } from 'node:test';

import { sleep, systemClock } from './clock.ts';
import { TestClock } from './testing/test-clock.ts';

test('N-18: a timer far beyond 2^31 ms does not fire at once', async () => {
  const clock = systemClock();
  let fired = false;
  const timer = clock.setTimer(2 ** 31 + 5_000, () => (fired = true));
  await sleep(clock, 20);
  timer.cancel();
  assert.equal(fired, false);
});

test('a sleeper wakes at once when its signal ends', async () => {
  const controller = new AbortController();
  const asleep = sleep(new TestClock(), 1_000_000, controller.signal);
  controller.abort();
  await asleep;
});

test('the test clock runs timers in order and each at its own time', () => {
  const clock = new TestClock(1000);
  const seen: string[] = [];
  clock.setTimer(20, () => seen.push(`b at ${clock.now()}`));
  clock.setTimer(10, () => {
    seen.push(`a at ${clock.now()}`);
    clock.setTimer(5, () => seen.push(`c at ${clock.now()}`));
  });
  clock.setTimer(30, () => seen.push('never')).cancel();
  clock.advance(40);
  assert.deepEqual(seen, ['a at 1010', 'c at 1015', 'b at 1020']);
  assert.equal(clock.now(), 1040);
  assert.equal(clock.pending, 0);
});

test('setting the time of day moves neither the monotonic clock nor timers', () => {
  const clock = new TestClock(1000);
  let fired = false;
  clock.setTimer(50, () => (fired = true));
  clock.jumpTo(999_999);
  assert.equal(clock.monotonic(), 0);
  assert.equal(fired, false);
  clock.advance(50);
  assert.equal(fired, true);
  assert.equal(clock.now(), 1_000_049);
});
