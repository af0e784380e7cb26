import type { JobHandler } from '../../jobs/job.ts';
import { numberIn, taskKinds } from '../tasks.ts';
import type { RoomWork } from '../work.ts';

/** Slices of one run. */
const slicesAtOnce = 50;
/** Between two runs: others have the room meanwhile. */
const restMs = 50;

/** Purges messages of a room before a place, oldest first. Its payload says how far it has come. */
export function purgeHistory(work: RoomWork): JobHandler {
  return {
    kind: taskKinds.purge,
    run: async (payload, signal) => {
      const room = numberIn(payload, 'room');
      const before = { depth: numberIn(payload, 'depth'), number: numberIn(payload, 'number'), ts: numberIn(payload, 'ts') };
      let after = { depth: numberIn(payload, 'afterDepth'), number: numberIn(payload, 'afterNumber') };
      let done = numberIn(payload, 'done');
      for (let slice = 0; slice < slicesAtOnce && !signal.aborted; slice += 1) {
        const purged = await work.purge(room, before, after);
        if (purged === undefined) return { done: true };
        after = { depth: purged.depth, number: purged.number };
        done += purged.purged;
      }
      return { next: { ...payload, afterDepth: after.depth, afterNumber: after.number, done }, afterMs: restMs };
    },
  };
}
