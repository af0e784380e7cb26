import { Session } from 'node:inspector';

type Range = { readonly count: number };
type Script = { readonly url: string; readonly functions: readonly { readonly ranges: readonly Range[] }[] };

/**
 * How often the block that ran most often ran while `work` did something: a count of steps that depends on no machine and
 * needs no counter in the code. Only modules of this package whose path ends so count.
 */
export function busiestBlock(modules: readonly string[], work: () => void): number {
  const session = new Session();
  session.connect();
  try {
    session.post('Profiler.enable');
    session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
    // Whoever else measures has counted before: taking the counts sets them back.
    session.post('Profiler.takePreciseCoverage');
    work();
    let busiest = 0;
    session.post('Profiler.takePreciseCoverage', (_, { result }: { readonly result: readonly Script[] }) => {
      const counted = result.filter(({ url }) => modules.some((module) => url.endsWith(`/src/${module}`)));
      busiest = Math.max(0, ...counted.flatMap((script) => script.functions.flatMap(({ ranges }) => ranges.map(({ count }) => count))));
    });
    return busiest;
  } finally {
    session.disconnect();
  }
}
