import type { JsonObject } from '@hearth/protocol';

/** What a job run says: done, try again later, or give up (the reason is kept for the operator). */
export type JobOutcome = { readonly done: true } | { readonly retry: string; readonly afterMs?: number } | { readonly fail: string };

/** A durable job's code, by kind. The row is part of the write of whoever wants it done (jobs/enqueue.ts). */
export type JobHandler = {
  readonly kind: string;
  readonly run: (payload: JsonObject, signal: AbortSignal) => Promise<JobOutcome>;
};
