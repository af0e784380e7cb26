import { createHash } from 'node:crypto';

import type { StorageOptions } from '../ports.ts';

/** A clock that stands still but whose timers run, and randomness that repeats: what a store test needs of the world. */
export function testPorts(seed = 'storage'): StorageOptions {
  let block = 0;
  return {
    clock: {
      now: () => 1_700_000_000_000,
      setTimer: (delayMs, run, options) => {
        const timer = setTimeout(run, delayMs);
        if (options?.keepAlive !== true) timer.unref();
        return { cancel: () => clearTimeout(timer) };
      },
    },
    random: {
      bytes: (length) => createHash('shake256', { outputLength: length }).update(`${seed}:${block++}`).digest(),
    },
  };
}
