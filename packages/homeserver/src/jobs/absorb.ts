import type { JsonObject } from '@hearth/protocol';
import { command, type Database } from '@hearth/storage';

const absorbJobs = command(
  'jobs-absorb',
  `DELETE FROM jobs
   WHERE kind = $1 AND substr(payload, 1, 100) = substr($2, 1, 100) AND payload = $2 AND holder IS NULL AND attempts = 0`,
);

/**
 * Takes out waiting jobs that ask for the same again. A job that brings something to its newest state calls it before it looks at that
 * state: what the absorbed jobs wanted was then already committed.
 */
export async function absorbEqualJobs(database: Database, kind: string, payload: JsonObject): Promise<void> {
  await database.write({ claims: [], statements: [{ run: absorbJobs, params: [kind, JSON.stringify(payload)] }], stream: [] });
}
