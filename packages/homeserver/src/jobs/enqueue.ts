import { dropJob, insertJob } from './store.ts';
import type { JsonObject } from '@hearth/protocol';
import type { Database, Statement } from '@hearth/storage';

/** The row that makes a job: put it into the write of whatever wants the job done, so that both happen or neither. */
export async function jobRow(database: Database, kind: string, payload: JsonObject, runAtTs: number): Promise<Statement> {
  return jobRowOf(await newJobNumber(database), kind, payload, runAtTs);
}

/** For jobs whose payload is known only when the write is put together, and for those that whoever made them may call off. */
export async function newJobNumber(database: Database): Promise<number> {
  return database.takeNumbers('job', 1);
}

export function jobRowOf(number: number, kind: string, payload: JsonObject, runAtTs: number): Statement {
  return { insert: insertJob, row: [number, kind, JSON.stringify(payload), runAtTs, 0, null, 0, null] };
}

/** Calls a job off, in the write that did what it was for. */
export function jobDropped(number: number): Statement {
  return { run: dropJob, params: [number] };
}
