import type { JobHandler } from '../../jobs/job.ts';
import { recurringNumbers } from '../../jobs/recurring-numbers.ts';
import type { OldMessages } from '../service.ts';

/** Between two passes through all rooms. */
const everyMs = 6 * 60 * 60_000;
/** Between two steps of a pass: others have the database meanwhile. */
const restMs = 200;

/** Removes messages that are too old, room by room; after a crash it goes on in the room in which it was. */
export function removeExpired(messages: OldMessages): JobHandler {
  return {
    kind: 'retention-remove-expired',
    recurring: recurringNumbers.removeExpired,
    run: async ({ room }, signal) => {
      const next = await messages.step({ room: typeof room === 'number' ? room : 0 }, signal);
      return next === undefined ? { next: {}, afterMs: everyMs } : { next, afterMs: restMs };
    },
  };
}
