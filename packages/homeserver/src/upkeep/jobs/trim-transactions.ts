import type { JobHandler } from '../../jobs/job.ts';
import { recurringNumbers } from '../../jobs/recurring-numbers.ts';
import type { Upkeep } from '../service.ts';
import type { Clock } from '@hearth/kit';

/** A client that has not repeated a request for so long does not repeat it any more. */
export const transactionMs = 7 * 24 * 60 * 60_000;
const everyMs = 60 * 60_000;
const writesAtOnce = 200;

/** Forgets which requests clients sent, after a time in which they would have repeated them. */
export function trimTransactions(upkeep: Upkeep, clock: Clock): JobHandler {
  return {
    kind: 'upkeep-trim-transactions',
    recurring: recurringNumbers.trimTransactions,
    run: async (_payload, signal) => {
      const before = clock.now() - transactionMs;
      for (let writes = 0; writes < writesAtOnce && !signal.aborted; writes += 1) {
        if (!(await upkeep.trimTransactions(before))) return { next: {}, afterMs: everyMs };
      }
      return { next: {}, afterMs: 0 };
    },
  };
}
