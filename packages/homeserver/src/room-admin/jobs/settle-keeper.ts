import type { JobHandler } from '../../jobs/job.ts';
import { keeperJob } from '../keep.ts';
import { numberIn } from '../tasks.ts';
import type { RoomWork } from '../work.ts';

/** Has the keeper of rooms come into a room, or leave it. */
export function keeperComesOrGoes(work: RoomWork): JobHandler {
  return {
    kind: keeperJob,
    run: async (payload) => {
      const refusal = await work.settleKeeper(numberIn(payload, 'room'));
      return refusal === undefined ? { done: true } : { fail: refusal };
    },
  };
}
