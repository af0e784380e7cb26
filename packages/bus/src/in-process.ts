import type { Bus } from './bus.ts';

/** The bus of a single process: nobody else is there to be told. */
export function inProcessBus(): Bus {
  return { publish: () => undefined, subscribe: () => undefined, close: () => Promise.resolve() };
}
