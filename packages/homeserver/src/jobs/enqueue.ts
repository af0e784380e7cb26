import { insertJob } from './store.ts';
import type { JsonObject } from '@hearth/protocol';
import type { Database, Statement } from '@hearth/storage';

/** The row that makes a job: put it into the write of whatever wants the job done, so that both happen or neither. */
export async function jobRow(database: Database, kind: string, payload: JsonObject, runAtTs: number): Promise<Statement> {
  const number = await database.takeNumbers('job', 1);
  return { insert: insertJob, row: [number, kind, JSON.stringify(payload), runAtTs, 0, null, 0, null] };
}
