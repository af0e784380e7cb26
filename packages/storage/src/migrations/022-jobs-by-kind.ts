import type { Migration } from './migration.ts';

/** Jobs by what they do, and by when the next of them may run: neither may cost what the longest queue of jobs is long. */
export const jobsByKind: Migration = {
  number: 22,
  name: 'jobs-by-kind',
  statements: [
    // The beginning of the payload, since PostgreSQL's indexes take no longer texts.
    'CREATE INDEX jobs_kind ON jobs (kind, substr(payload, 1, 100))',
    `CREATE INDEX jobs_next ON jobs ((CASE WHEN run_at_ts > lease_until_ts THEN run_at_ts ELSE lease_until_ts END))
     WHERE failed_reason IS NULL`,
  ],
  oldest: 1,
};
