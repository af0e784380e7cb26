import { MatrixError } from '../http/errors.ts';

/** Lets only so many do something at once that takes memory; a few more wait for their turn, and all others are told to come again. */
export class Slots {
  readonly #waitingMax: number;
  #free: number;
  readonly #waiting: (() => void)[] = [];

  constructor(slots: number, waitingMax: number) {
    this.#free = slots;
    this.#waitingMax = waitingMax;
  }

  /** 503 M_UNAVAILABLE when too many wait already. */
  async run<Result>(work: () => Promise<Result>): Promise<Result> {
    if (this.#free > 0) this.#free -= 1;
    else if (this.#waiting.length >= this.#waitingMax) throw new MatrixError('M_UNAVAILABLE');
    else await new Promise<void>((turn) => void this.#waiting.push(turn));
    try {
      return await work();
    } finally {
      // Handed on, so that nobody who comes just now overtakes who waits.
      const next = this.#waiting.shift();
      if (next) next();
      else this.#free += 1;
    }
  }
}
