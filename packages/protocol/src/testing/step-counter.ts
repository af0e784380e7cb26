import { Session } from 'node:inspector';

type Range = { readonly count: number };
type Script = { readonly url: string; readonly functions: readonly { readonly ranges: readonly Range[] }[] };

/**
 * Counts steps by the engine's own means: how often the block that ran most often ran. That depends on no machine, and
 * needs no counter in the code. Only modules of this package with these paths count.
 *
 * Make it before what it counts has run, since code that was optimised before is not counted, and only once per process.
 */
export function stepCounter(modules: readonly string[]): (work: () => void) => number {
  const session = new Session();
  session.connect();
  session.post('Profiler.enable');
  session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
  return (work) => {
    // Taking the counts sets them back.
    session.post('Profiler.takePreciseCoverage');
    work();
    let busiest = 0;
    session.post('Profiler.takePreciseCoverage', (_, { result }: { readonly result: readonly Script[] }) => {
      for (const { url, functions } of result) {
        if (!modules.some((module) => url.endsWith(`/src/${module}`))) continue;
        for (const { ranges } of functions) for (const { count } of ranges) busiest = Math.max(busiest, count);
      }
    });
    return busiest;
  };
}
