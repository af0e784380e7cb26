import type { RoomEngine } from '../../engine/engine.ts';
import type { JobHandler } from '../../jobs/job.ts';
import { recurringNumbers } from '../../jobs/recurring-numbers.ts';

const everyMs = 10 * 60_000;

/** Removes what crashes have left of rooms that were being taken in from other servers. */
export function removeImports(engine: Pick<RoomEngine, 'removeUnfinishedImports'>): JobHandler {
  return {
    kind: 'upkeep-remove-imports',
    recurring: recurringNumbers.removeImports,
    run: async () => {
      const removed = await engine.removeUnfinishedImports();
      return { next: {}, afterMs: removed > 0 ? 0 : everyMs };
    },
  };
}
