import { MatrixError } from '../http/errors.ts';
import type { Delivery } from './delivery.ts';
import { type DelayedRow, readDue, readNextDue } from './store.ts';
import type { Clock } from '@hearth/kit';
import type { Database } from '@hearth/storage';

/** How often a node looks for what was scheduled at another one. */
const beatMs = 10_000;
/** How long what could not be sent for now waits. */
const retryMs = 5_000;
/** Events that are sent before it is looked again for what is due. */
const atOnceMax = 50;

export type DueEventsDeps = {
  readonly database: Database;
  readonly clock: Clock;
  readonly delivery: Delivery;
  readonly onError: (error: unknown) => void;
};

/** Sends delayed events when their time has come. What is due is in the database, so that a restart forgets nothing. */
export class DueEvents {
  readonly #deps: DueEventsDeps;
  #timer: { readonly at: number; readonly cancel: () => void } | undefined;
  #running: Promise<void> | undefined;
  #stopped = true;

  constructor(deps: DueEventsDeps) {
    this.#deps = deps;
  }

  start(): void {
    this.#stopped = false;
    this.expect(this.#deps.clock.now());
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#timer?.cancel();
    await this.#running;
  }

  /** Something will be due at this time. */
  expect(at: number): void {
    if (this.#stopped || (this.#timer !== undefined && this.#timer.at <= at)) return;
    this.#timer?.cancel();
    const timer = this.#deps.clock.setTimer(at - this.#deps.clock.now(), () => {
      this.#timer = undefined;
      this.#running ??= this.#run();
    });
    this.#timer = { at, cancel: () => timer.cancel() };
  }

  async #run(): Promise<void> {
    const { database, clock, onError } = this.#deps;
    let next = clock.now() + beatMs;
    try {
      const rows = await readDue(database.reader, clock.now(), atOnceMax);
      let isLate = false;
      for (const row of rows) if (!this.#stopped && !(await this.#isSettled(row))) isLate = true;
      const due = await readNextDue(database.reader);
      if (due !== undefined) next = Math.min(next, Math.max(due, clock.now() + (isLate ? retryMs : 0)));
    } catch (error) {
      onError(error);
    } finally {
      this.#running = undefined;
      this.expect(next);
    }
  }

  /** False if it is to be tried again later. */
  async #isSettled(row: DelayedRow): Promise<boolean> {
    const { delivery, onError } = this.#deps;
    try {
      await delivery.send(row);
      return true;
    } catch (error) {
      if (error instanceof MatrixError && error.status < 500) {
        await delivery.fail(row, error);
        return true;
      }
      onError(error);
      return false;
    }
  }
}
