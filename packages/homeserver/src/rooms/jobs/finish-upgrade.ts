import { MatrixError } from '../../http/errors.ts';
import type { JobHandler } from '../../jobs/job.ts';
import type { RoomsDeps } from '../deps.ts';
import { closeOrGiveUp } from '../upgrade/close-old-room.ts';
import { finishUpgradeJob } from '../upgrade/finish-kind.ts';

/** Closes a room whose replacement is there, where the request that made it did not live to do so. */
export function finishUpgrade(deps: RoomsDeps): JobHandler {
  return {
    kind: finishUpgradeJob,
    run: async ({ oldRoom, newRoom, upgrader, tombstone = null, job }) => {
      if (typeof oldRoom !== 'string' || typeof newRoom !== 'string' || typeof upgrader !== 'string' || typeof job !== 'number') {
        return { fail: 'the job does not say which room replaces which' };
      }
      try {
        await closeOrGiveUp(deps, { oldRoom, newRoom, upgrader, tombstone: typeof tombstone === 'string' ? tombstone : null, job });
      } catch (error) {
        if (!(error instanceof MatrixError)) throw error;
        return error.status < 500 ? { fail: error.message } : { retry: error.message };
      }
      return { done: true };
    },
  };
}
