import type { JobHandler } from '../../jobs/job.ts';
import { numberIn, taskKinds, textIn } from '../tasks.ts';
import type { RoomWork } from '../work.ts';

const pagesAtOnce = 20;
const restMs = 50;

/** Takes everybody of this server out of a blocked room, and what leads to it away; then it may be deleted. */
export function shutDownRoom(work: RoomWork): JobHandler {
  return {
    kind: taskKinds.shutdown,
    run: async (payload, signal) => {
      const room = numberIn(payload, 'room');
      let after = numberIn(payload, 'after');
      let done = numberIn(payload, 'done');
      for (let page = 0; page < pagesAtOnce && !signal.aborted; page += 1) {
        const taken = await work.takeOut(room, after, textIn(payload, 'reason'));
        if (taken === undefined) {
          await work.unlist(room, textIn(payload, 'roomId') ?? '', payload['delete'] === true);
          return { done: true };
        }
        after = taken.last;
        done += taken.left;
      }
      return { next: { ...payload, after, done }, afterMs: restMs };
    },
  };
}
