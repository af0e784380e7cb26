import { compileGlob } from '../../src/glob.ts';
import type { Bench } from './bench.ts';

/** The worst that is known for each way of searching, as keywords of push rules. */
const patterns = ['*a'.repeat(12), `*${'a'.repeat(500)}b*`, `*${'?a'.repeat(250)}b*`, '*?'.repeat(500)];

export const globs: Bench = {
  name: '64 KiB of text against the worst of the worst globs',
  budgetUs: 5000,
  prepare: () => {
    const text = 'a'.repeat(65_536);
    const compiled = patterns.flatMap((pattern) => [false, true].map((words) => compileGlob(pattern, { words, ignoreCase: true })));
    const slowest = compiled.toSorted((a, b) => timeOf(() => b.matches(text)) - timeOf(() => a.matches(text)))[0];
    return { times: 20, run: () => void Array.from({ length: 20 }, () => slowest?.matches(text)) };
  },
};

function timeOf(work: () => void): number {
  const begin = process.cpuUsage();
  for (let i = 0; i < 5; i += 1) work();
  return process.cpuUsage(begin).user;
}
