import type { Clock } from '@hearth/kit';

/** How long work that could go on holds the event loop before it lets others have a turn. */
const sliceMsMax = 8;

/** Resolves at once while the slice lasts, then in the next turn of the event loop. */
export type Breathe = () => Promise<void> | undefined;

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
