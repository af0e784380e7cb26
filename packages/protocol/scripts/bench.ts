/**
 * The time of the hot paths on one processor, each with its budget. Times depend on the machine and on what else it does,
 * so no test asserts them; tests count steps instead.
 *
 * `npm run protocol -- bench [WORD…] [--json]`
 */
import type { Bench } from './bench/bench.ts';
import { forks } from './bench/forks.ts';
import { globs } from './bench/globs.ts';
import { messages } from './bench/messages.ts';
import { ordering } from './bench/ordering.ts';
import type { Options } from './options.ts';
import { printTable, say } from './table.ts';

const benches: readonly Bench[] = [messages, forks, ordering, globs];

/** Rounds of each; the median counts. */
const rounds = 9;

export async function bench({ words, json }: Options): Promise<boolean> {
  const chosen = benches.filter(({ name }) => words.length === 0 || words.some((word) => name.includes(word)));
  const results = chosen.map(measure);
  if (json) say(JSON.stringify(results, undefined, 2));
  else printTable([['median', 'least', 'budget', 'what'], ...results.map((r) => [r.median, r.least, r.budget, r.name])]);
  return Promise.resolve(results.every(({ isMet }) => isMet));
}

type Measured = {
  readonly name: string;
  readonly median: string;
  readonly least: string;
  readonly budget: string;
  readonly isMet: boolean;
};

function measure({ name, budgetUs, prepare }: Bench): Measured {
  const { times, run } = prepare();
  const each = Array.from({ length: rounds }, () => cpuUsOf(run) / times).sort((a, b) => a - b);
  const median = each[Math.floor(rounds / 2)] as number;
  return { name, median: inUnit(median), least: inUnit(each[0] as number), budget: inUnit(budgetUs), isMet: median < budgetUs };
}

/** Processor time of this process, the garbage collector's included. */
function cpuUsOf(run: () => void): number {
  const begin = process.cpuUsage();
  run();
  const { user, system } = process.cpuUsage(begin);
  return user + system;
}

function inUnit(us: number): string {
  return us < 1000 ? `${us.toFixed(0)} µs` : `${(us / 1000).toFixed(1)} ms`;
}
