import type { StorageOptions } from '../ports.ts';
import { systemClock } from '@hearth/kit';
import { seededRandom } from '@hearth/kit/testing';

/** What a store test needs of the world: a time that stands still with timers that run, and randomness that repeats. */
export function testPorts(seed = 'storage'): StorageOptions {
  return { clock: { ...systemClock(), now: () => 1_700_000_000_000 }, random: seededRandom(seed) };
}
