import type { JsonObject } from '@hearth/protocol';

/**
 * What a job run says: done, try again later, or give up (the reason is kept for the operator). `next` is for what goes on in parts or
 * comes back regularly: a new run with this payload, which remembers how far the work has come.
 */
export type JobOutcome =
  | { readonly done: true }
  | { readonly retry: string; readonly afterMs?: number }
  | { readonly fail: string }
  | { readonly next: JsonObject; readonly afterMs: number };

/** A durable job's code, by kind. The row is part of the write of whoever wants it done (jobs/enqueue.ts). */
export type JobHandler = {
  readonly kind: string;
  readonly run: (payload: JsonObject, signal: AbortSignal) => Promise<JobOutcome>;
  /** For work that comes back for ever: the number of its one row, below zero and its own. The row is made when a server starts. */
  readonly recurring?: number;
};
