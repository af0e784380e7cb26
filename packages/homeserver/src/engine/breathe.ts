import type { Clock } from '@hearth/kit';

/** How long work that could go on holds the event loop before it lets others have a turn. */
const sliceMsMax = 8;

/** Resolves at once while the slice lasts, then in the next turn of the event loop. */
export type Breathe = () => Promise<void> | undefined;

/** The same for work of which each step costs about the same: others have a turn after every so many calls, whatever the clock says. */
export function turnEvery(calls: number): Breathe {
  let done = 0;
  return () => {
    done += 1;
    if (done < calls) return undefined;
    done = 0;
    return new Promise((resolve) => void setImmediate(resolve));
  };
}

export function breather(clock: Clock): Breathe {
  let started = clock.monotonic();
  return () => {
    if (clock.monotonic() - started < sliceMsMax) return undefined;
    return new Promise((resolve) => {
      setImmediate(() => {
        started = clock.monotonic();
        resolve();
      });
    });
  };
}
