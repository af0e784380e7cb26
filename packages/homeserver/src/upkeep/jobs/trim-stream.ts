import type { JobHandler } from '../../jobs/job.ts';
import { recurringNumbers } from '../../jobs/recurring-numbers.ts';
import { positionsAtOnce, type Upkeep } from '../service.ts';
import type { JsonValue } from '@hearth/protocol';

/** Between two runs, so that every node that is alive has long read what goes. */
const everyMs = 60 * 60_000;
const writesAtOnce = 200;

/**
 * Takes out of the stream what only told running nodes something: who types, and what was purged. Each run removes what was there at
 * the run before it. The newest position then is kept, whatever it says: nodes follow the stream up to a row that is there.
 */
export function trimStream(upkeep: Upkeep): JobHandler {
  return {
    kind: 'upkeep-trim-stream',
    recurring: recurringNumbers.trimStream,
    run: async (payload, signal) => {
      const below = numberOf(payload['below']);
      let from = numberOf(payload['from']);
      for (let writes = 0; from < below && writes < writesAtOnce && !signal.aborted; writes += 1) {
        const to = Math.min(below, from + positionsAtOnce);
        await upkeep.trimNotices(from, to);
        from = to;
      }
      if (from < below) return { next: { from, below }, afterMs: 0 };
      return { next: { from, below: await upkeep.head() }, afterMs: everyMs };
    },
  };
}

function numberOf(value: JsonValue | undefined): number {
  return typeof value === 'number' ? value : 0;
}
