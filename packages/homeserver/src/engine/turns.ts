/** Enough that the steps of a batch run on warm instruction caches, few enough that the first are on their way to the disk early. */
export const batchMax = 16;

/**
 * Lets work that comes in one by one go on together. What waits for the same turn goes through its awaits side by side: step one of
 * all, then step two of all. Between two requests lies the code of a whole request, so that each step of the second must be fetched
 * into the processor again; side by side it is there (measured: a fifth less time for a message under load).
 */
export class Turns {
  #next: Promise<void> | undefined;
  #waiting = 0;

  /** Resolves in the next turn of the event loop, together with up to `batchMax` others. */
  next(): Promise<void> {
    if (this.#next === undefined || this.#waiting === batchMax) {
      this.#waiting = 0;
      const next: Promise<void> = new Promise((resolve) => {
        setImmediate(() => {
          if (this.#next === next) this.#next = undefined;
          resolve();
        });
      });
      this.#next = next;
    }
    this.#waiting += 1;
    return this.#next;
  }
}
