import type { JobHandler } from '../../jobs/job.ts';
import type { BackupKeys } from '../keys.ts';
import { purgeJob } from '../versions.ts';

/** Removes the keys of a deleted backup, page by page. */
export function purgeBackup(keys: BackupKeys): JobHandler {
  return {
    kind: purgeJob,
    run: async (payload, signal) => {
      const { user, version } = payload;
      if (typeof user !== 'number' || typeof version !== 'number') return { fail: 'the job names no backup' };
      // Ends: nothing is added to a backup that is deleted.
      while (await keys.purge(user, version)) if (signal.aborted) return { retry: 'the server stops', afterMs: 0 };
      return { done: true };
    },
  };
}
