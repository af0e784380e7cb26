import { performance } from 'node:perf_hooks';

/** The only place of the program that asks the machine for the time. Everything else is handed a `Clock`. */
export interface Clock {
  /** Milliseconds since 1970, as people count them. May jump when the machine's clock is set. */
  now(): number;
  /** Milliseconds from an arbitrary start. Never goes back: for durations, expiries and retries. */
  monotonic(): number;
  /** Runs `run` once after `delayMs` (negative counts as 0; there is no upper bound). The timer keeps the process alive only if asked to. */
  setTimer(delayMs: number, run: () => void, options?: { readonly keepAlive?: boolean }): Timer;
}

export type Timer = { cancel(): void };

/** Node fires a timer of more than 2^31-1 ms at once, so longer ones are walked in steps of this size. */
const timerMsMax = 2 ** 31 - 1;

/** The machine's clock. */
export function systemClock(): Clock {
  return {
    now: () => Date.now(),
    monotonic: () => performance.now(),
    setTimer: (delayMs, run, options) => startTimer(delayMs, run, options?.keepAlive ?? false),
  };
}

function startTimer(delayMs: number, run: () => void, keepAlive: boolean): Timer {
  let left = Number.isNaN(delayMs) ? 0 : Math.max(0, delayMs);
  let handle: NodeJS.Timeout;
  const step = (): void => {
    const wait = Math.min(left, timerMsMax);
    left -= wait;
    handle = setTimeout(left > 0 ? step : run, wait);
    if (!keepAlive) handle.unref();
  };
  step();
  return { cancel: () => clearTimeout(handle) };
}

/** Resolves after `delayMs`, or at once when the signal ends. It never rejects: look at `signal.aborted`. */
export function sleep(clock: Clock, delayMs: number, signal?: AbortSignal): Promise<void> {
  if (signal?.aborted === true) return Promise.resolve();
  return new Promise((resolve) => {
    const timer = clock.setTimer(delayMs, done, { keepAlive: true });
    signal?.addEventListener('abort', done, { once: true });
    function done(): void {
      timer.cancel();
      signal?.removeEventListener('abort', done);
      resolve();
    }
  });
}
