import type { JobHandler } from '../../jobs/job.ts';
import { recurringNumbers } from '../../jobs/recurring-numbers.ts';
import type { DelayedEvents } from '../service.ts';
import type { Clock } from '@hearth/kit';

/** How long one can read what became of a delayed event. */
const keptMs = 7 * 24 * 60 * 60_000;
const everyMs = 60 * 60_000;
const writesAtOnce = 200;

/** Forgets delayed events that were sent, cancelled or failed long ago. */
export function forgetFinalised(delayed: DelayedEvents, clock: Clock): JobHandler {
  return {
    kind: 'delayed-events-forget-finalised',
    recurring: recurringNumbers.forgetDelayedEvents,
    run: async (_payload, signal) => {
      const before = clock.now() - keptMs;
      for (let writes = 0; writes < writesAtOnce && !signal.aborted; writes += 1) {
        if (!(await delayed.forgetBefore(before))) return { next: {}, afterMs: everyMs };
      }
      return { next: {}, afterMs: 0 };
    },
  };
}
