import type { Clock, Timer } from '../clock.ts';

/** A clock that stands still until a test moves it. */
export class TestClock implements Clock {
  #now: number;
  #elapsed = 0;
  #order = 0;
  #timers: { readonly at: number; readonly order: number; readonly run: () => void }[] = [];
  constructor(nowMs = 1_700_000_000_000) {
    this.#now = nowMs;
  }

  now(): number {
    return this.#now;
  }

  monotonic(): number {
    return this.#elapsed;
  }

  setTimer(delayMs: number, run: () => void): Timer {
    const timer = { at: this.#elapsed + Math.max(0, delayMs), order: this.#order++, run };
    this.#timers.push(timer);
    this.#timers.sort((a, b) => a.at - b.at || a.order - b.order);
    return { cancel: () => void (this.#timers = this.#timers.filter((other) => other !== timer)) };
  }

  /** How many timers wait. */
  get pending(): number {
    return this.#timers.length;
  }

  /** Moves time forward; timers that fall due run in their order, each at its own time. */
  advance(ms: number): void {
    const end = this.#elapsed + ms;
    for (let next = this.#timers[0]; next !== undefined && next.at <= end; next = this.#timers[0]) {
      this.#timers.shift();
      this.#moveTo(next.at);
      next.run();
    }
    this.#moveTo(end);
  }

  /** Like `advance`, but promises that a timer settles get to run before the next timer does. */
  async advanceSettling(ms: number): Promise<void> {
    const end = this.#elapsed + ms;
    await settle();
    for (let next = this.#timers[0]; next !== undefined && next.at <= end; next = this.#timers[0]) {
      this.#timers.shift();
      this.#moveTo(next.at);
      next.run();
      await settle();
    }
    this.#moveTo(end);
  }

  /** Sets the time of day, forwards or backwards, as an administrator may; `monotonic` and timers do not notice. */
  jumpTo(nowMs: number): void {
    this.#now = nowMs;
  }

  #moveTo(elapsed: number): void {
    this.#now += elapsed - this.#elapsed;
    this.#elapsed = elapsed;
  }
}

function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
