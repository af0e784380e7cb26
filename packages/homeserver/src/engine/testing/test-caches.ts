import { CacheBudget, createMetrics, systemClock } from '@hearth/kit';

/** Room for what a test reads again. */
export function testCaches(): CacheBudget {
  return new CacheBudget(8 * 1024 * 1024, systemClock(), createMetrics());
}
