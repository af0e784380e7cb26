import type { JobHandler } from '../../jobs/job.ts';
import { numberIn, taskKinds } from '../tasks.ts';
import type { RoomWork } from '../work.ts';

const slicesAtOnce = 50;
const restMs = 50;

/** Deletes a room: first it is there for nobody any more, then its rows go in parts. What was deleted is not found again. */
export function deleteRoom(work: RoomWork): JobHandler {
  return {
    kind: taskKinds.delete,
    run: async (payload, signal) => {
      const room = numberIn(payload, 'room');
      let done = numberIn(payload, 'done');
      await work.hide(room);
      for (let slice = 0; slice < slicesAtOnce && !signal.aborted; slice += 1) {
        const deleted = await work.deleteSome(room);
        if (deleted === 0) return { done: true };
        done += deleted;
      }
      return { next: { ...payload, done }, afterMs: restMs };
    },
  };
}
