/*
 * Servers that talk, lie, lose each other and crash, as seeds want it; then what must be so is checked. Exit code 1, and how to repeat
 * it, on a failure.
 */

import { availableParallelism } from 'node:os';

import { writeGraphs } from './graphs.ts';
import { readOptions, type SimulatorOptions, usage } from './options.ts';
import { makePlan } from './plan.ts';
import { argumentsOf, reduced } from './reduction.ts';
import { runPlan } from './run-seed.ts';
import { runSeeds } from './run-seeds.ts';
import { sabotages } from './sabotage.ts';
import type { SeedResult } from './seed-worker.ts';
import { systemClock } from '@hearth/kit';

/** Seeds between two signs of life. */
const progressEvery = 100;

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

function totals(passed: number, failed: number): string {
  return `${passed} passed, ${failed} failed, 0 skipped`;
}

async function simulateSeeds(options: SimulatorOptions): Promise<number> {
  const clock = systemClock();
  const started = clock.monotonic();
  const counts = new Map<string, number>();
  const failed: number[] = [];
  let done = 0;
  await runSeeds(
    options.sabotage === undefined ? withoutSabotage(options) : { ...withoutSabotage(options), sabotage: options.sabotage },
    (result) => {
      done += 1;
      for (const [what, count] of result.counts) counts.set(what, (counts.get(what) ?? 0) + count);
      if (result.problems.length > 0) {
        failed.push(result.seed);
        report(result);
      }
      if (done % progressEvery === 0) say(`${done} of ${options.seeds} seeds`);
    },
  );
  say(
    [...counts]
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([what, count]) => `${what}: ${count}`)
      .join(', '),
  );
  say(`${done} seeds from ${options.first} in ${Math.round((clock.monotonic() - started) / 1000)} s`);
  if (failed.length > 0) say(`failed: ${failed.toSorted((a, b) => a - b).join(', ')}`);
  say(totals(done - failed.length, failed.length));
  return failed.length === 0 ? 0 : 1;
}

function withoutSabotage({ first, seeds, workers, reduction }: SimulatorOptions): Parameters<typeof runSeeds>[0] {
  return { first, seeds, workers, reduction };
}

function report({ seed, problems, shrunk }: SeedResult): void {
  say(`seed ${seed} failed; to repeat it: npm run sim -- --first ${seed} --seeds 1`);
  for (const problem of problems.slice(0, 5)) say(`  ${problem}`);
  if (shrunk) say(`  smaller: npm run sim -- ${argumentsOf(seed, shrunk)}`);
}

/** One run in this process, with its story or with pictures of its rooms. */
async function showSeed({ first, reduction, story, graphs }: SimulatorOptions): Promise<number> {
  const { problems, digest, counts } = await runPlan(reduced(makePlan(first), reduction), {
    ...(story ? { tell: say } : {}),
    ...(graphs === undefined ? {} : { look: async (world, processes) => (await writeGraphs(graphs, world, processes)).forEach(say) }),
  });
  say(`${counts.get('events') ?? 0} events, digest ${digest}`);
  for (const problem of problems) say(`problem: ${problem}`);
  say(totals(problems.length === 0 ? 1 : 0, problems.length === 0 ? 0 : 1));
  return problems.length === 0 ? 0 : 1;
}

/** Each planted bug must be found within its number of seeds. */
async function findSabotages({ workers }: SimulatorOptions): Promise<number> {
  let missed = 0;
  for (const [name, { within }] of Object.entries(sabotages)) {
    let found: SeedResult | undefined;
    let tried = 0;
    await runSeeds({ first: 1, seeds: within, workers, sabotage: name, untilFailure: true }, (result) => {
      tried += 1;
      if (result.problems.length > 0) found ??= result;
    });
    if (!found) missed += 1;
    say(
      found
        ? `${name}: found by seed ${found.seed} (${tried} run, ${within} allowed): ${found.problems[0]}`
        : `${name}: not found within ${within} seeds`,
    );
  }
  say(totals(Object.keys(sabotages).length - missed, missed));
  return missed === 0 ? 0 : 1;
}

async function main(args: readonly string[]): Promise<number> {
  let options: SimulatorOptions;
  try {
    options = readOptions(args, availableParallelism());
  } catch (error) {
    process.stderr.write(`sim: ${(error as Error).message}\n${usage}\n`);
    return 2;
  }
  if (options.sabotage === 'all') return findSabotages(options);
  return options.story || options.graphs !== undefined ? showSeed(options) : simulateSeeds(options);
}

process.exitCode = await main(process.argv.slice(2));
