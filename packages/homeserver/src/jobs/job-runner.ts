import type { JobHandler, JobOutcome } from './job.ts';
import {
  claimJob,
  continueJob,
  dueJobs,
  failJob,
  finishJob,
  insertRecurringJob,
  type JobRow,
  nextRun,
  releaseJobs,
  retryJob,
  reviveJob,
} from './store.ts';
import { type Clock, sleep } from '@hearth/kit';
import type { JsonObject } from '@hearth/protocol';
import { type Database, type Statement, WriteRefused } from '@hearth/storage';

/** A job that runs longer than this is thought dead and may be taken by another node. */
const leaseMs = 5 * 60_000;
/** Pause of an idle runner; a new job of this node wakes it at once. */
const idleMsMax = 15_000;
const retryMsMin = 1_000;
const retryMsMax = 60 * 60_000;
/** A job that failed this often is given up; its row stays for the operator. */
const attemptsMax = 25;

export type JobRunnerDeps = {
  readonly database: Database;
  readonly clock: Clock;
  /** Identity of this node's life. */
  readonly holder: string;
  readonly handlers: readonly JobHandler[];
  readonly onError: (kind: string, error: unknown) => void;
};

/**
 * Runs durable jobs: each by one node at a time, again after a crash, with growing pauses after a failure. A job's code must
 * bear being run twice, since a crash may fall between its work and its row's removal.
 */
export class JobRunner {
  readonly #deps: JobRunnerDeps;
  readonly #handlers: ReadonlyMap<string, JobHandler>;
  readonly #stopping = new AbortController();
  #wake = new AbortController();
  #loop: Promise<void> | undefined;

  constructor(deps: JobRunnerDeps) {
    this.#deps = deps;
    const handlers = new Map<string, JobHandler>();
    for (const handler of deps.handlers) {
      if (handlers.has(handler.kind)) throw new Error(`two handlers for jobs of kind ${handler.kind}`);
      handlers.set(handler.kind, handler);
    }
    this.#handlers = handlers;
  }

  start(): void {
    this.#loop ??= this.#run();
  }

  /** Says that a job was added: looks at once instead of after the pause. */
  poke(): void {
    this.#wake.abort();
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#wake.abort();
    await this.#loop;
  }

  /** Runs everything that is due now; returns how many jobs ran. */
  async runDue(): Promise<number> {
    const rows = await this.#deps.database.reader.all(dueJobs, [this.#deps.clock.now()]);
    let ran = 0;
    for (const row of rows) {
      if (this.#stopping.signal.aborted) break;
      if (await this.#claim(row)) {
        await this.#settle(row, await this.#attempt(row));
        ran += 1;
      }
    }
    return ran;
  }

  /** Makes the rows of recurring work that are not there yet, and takes over at once what a process that is gone has left. */
  async #prepare(): Promise<void> {
    const now = this.#deps.clock.now();
    const statements = this.#deps.handlers.flatMap(({ kind, recurring: number }): Statement[] =>
      number === undefined
        ? []
        : [
            { insert: insertRecurringJob, row: [number, kind, '{}', now, 0, null, 0, null] },
            { run: reviveJob, params: [number] },
          ],
    );
    // A SQLite file has one process: whoever held a job has died.
    if (this.#deps.database.engine === 'sqlite') statements.push({ run: releaseJobs, params: [] });
    if (statements.length > 0) await this.#deps.database.write({ claims: [], statements, stream: [] });
  }

  async #run(): Promise<void> {
    let prepared = false;
    while (!this.#stopping.signal.aborted) {
      this.#wake = new AbortController();
      try {
        if (!prepared) await this.#prepare();
        prepared = true;
        if ((await this.runDue()) > 0) continue;
        const next = (await this.#deps.database.reader.first(nextRun, []))?.at ?? Number.POSITIVE_INFINITY;
        const pause = Math.max(retryMsMin, Math.min(idleMsMax, next - this.#deps.clock.now()));
        await sleep(this.#deps.clock, pause, this.#wake.signal);
      } catch (error) {
        this.#deps.onError('jobs', error);
        await sleep(this.#deps.clock, idleMsMax, this.#stopping.signal);
      }
    }
  }

  async #claim(row: JobRow): Promise<boolean> {
    const now = this.#deps.clock.now();
    return this.#write({ run: claimJob, params: [row.number, this.#deps.holder, now + leaseMs, now], mustChange: 1 });
  }

  async #attempt(row: JobRow): Promise<JobOutcome> {
    const handler = this.#handlers.get(row.kind);
    if (!handler) return { fail: `this version of Hearth has no code for jobs of kind ${row.kind}` };
    try {
      return await handler.run(JSON.parse(row.payload) as JsonObject, this.#stopping.signal);
    } catch (error) {
      this.#deps.onError(row.kind, error);
      return { retry: error instanceof Error ? error.message : String(error) };
    }
  }

  async #settle(row: JobRow, outcome: JobOutcome): Promise<void> {
    const { holder, clock } = this.#deps;
    if ('done' in outcome) await this.#write({ run: finishJob, params: [row.number, holder] });
    else if ('next' in outcome)
      await this.#write({ run: continueJob, params: [row.number, holder, JSON.stringify(outcome.next), clock.now() + outcome.afterMs] });
    else if ('fail' in outcome) await this.#write({ run: failJob, params: [row.number, holder, outcome.fail] });
    else if (row.attempts + 1 >= attemptsMax) await this.#write({ run: failJob, params: [row.number, holder, outcome.retry] });
    else {
      const pause = outcome.afterMs ?? Math.min(retryMsMax, retryMsMin * 2 ** row.attempts);
      await this.#write({ run: retryJob, params: [row.number, holder, clock.now() + pause] });
    }
  }

  async #write(statement: Statement): Promise<boolean> {
    try {
      await this.#deps.database.write({ claims: [], statements: [statement], stream: [] });
      return true;
    } catch (error) {
      if (error instanceof WriteRefused && error.why === 'guard') return false;
      throw error;
    }
  }
}
