import { command, type Insert, point, scan } from '@hearth/storage';

export type JobRow = { number: number; kind: string; payload: string; attempts: number };

export const insertJob: Insert = {
  name: 'jobs-insert',
  table: 'jobs',
  columns: [
    { name: 'number', type: 'integer' },
    { name: 'kind', type: 'text' },
    { name: 'payload', type: 'text' },
    { name: 'run_at_ts', type: 'integer' },
    { name: 'attempts', type: 'integer' },
    { name: 'holder', type: 'text' },
    { name: 'lease_until_ts', type: 'integer' },
    { name: 'failed_reason', type: 'text' },
  ],
  onConflict: { do: 'fail' },
};

/** The row of recurring work: one that is there stays. */
export const insertRecurringJob: Insert = { ...insertJob, name: 'jobs-insert-recurring', onConflict: { do: 'ignore', key: ['number'] } };
/** Recurring work is never given up for good: each start tries it again. */
export const reviveJob = command(
  'jobs-revive',
  'UPDATE jobs SET failed_reason = NULL, attempts = 0 WHERE number = $1 AND failed_reason IS NOT NULL',
);

export const dueJobs = scan<JobRow>(
  'jobs-due',
  `SELECT number, kind, payload, attempts FROM jobs
   WHERE failed_reason IS NULL AND run_at_ts <= $1 AND lease_until_ts <= $1 ORDER BY run_at_ts LIMIT 50`,
);
/** In the words of the index `jobs_next`. */
const mayRunAt = '(CASE WHEN run_at_ts > lease_until_ts THEN run_at_ts ELSE lease_until_ts END)';
export const nextRun = point<{ at: number }>(
  'jobs-next-run',
  `SELECT ${mayRunAt} AS at FROM jobs WHERE failed_reason IS NULL ORDER BY ${mayRunAt} LIMIT 1`,
);
/** Takes or renews the lease; changes no row when somebody else has it. */
export const claimJob = command(
  'jobs-claim',
  `UPDATE jobs SET holder = $2, lease_until_ts = $3, attempts = attempts + 1
   WHERE number = $1 AND failed_reason IS NULL AND lease_until_ts <= $4`,
);
export const finishJob = command('jobs-finish', 'DELETE FROM jobs WHERE number = $1 AND holder = $2');
export const dropJob = command('jobs-drop', 'DELETE FROM jobs WHERE number = $1');
export const retryJob = command(
  'jobs-retry',
  'UPDATE jobs SET run_at_ts = $3, lease_until_ts = 0, holder = NULL WHERE number = $1 AND holder = $2',
);
export const continueJob = command(
  'jobs-continue',
  `UPDATE jobs SET payload = $3, run_at_ts = $4, attempts = 0, lease_until_ts = 0, holder = NULL WHERE number = $1 AND holder = $2`,
);
export const releaseJobs = command('jobs-release', 'UPDATE jobs SET holder = NULL, lease_until_ts = 0 WHERE holder IS NOT NULL');
export const failJob = command('jobs-fail', 'UPDATE jobs SET failed_reason = $3, holder = NULL WHERE number = $1 AND holder = $2');
