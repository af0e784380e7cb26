import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

import type { Reduction } from './reduction.ts';
import type { SeedOrder, SeedResult } from './seed-worker.ts';

export type SeedRange = {
  readonly first: number;
  readonly seeds: number;
  readonly workers: number;
  readonly sabotage?: string;
  readonly reduction?: Reduction;
  /** The first failure ends it, without being made smaller. */
  readonly untilFailure?: boolean;
};

/** Failures that are made smaller; the others are only named. */
const shrunkMax = 3;

/** Runs seeds in as many processes as there are workers. Results come in the order in which they are done. */
export async function runSeeds(range: SeedRange, onResult: (result: SeedResult) => void): Promise<void> {
  let next = range.first;
  let failures = 0;
  const end = range.first + range.seeds;
  const take = (): SeedOrder | undefined => {
    const isOver = next >= end || (range.untilFailure === true && failures > 0);
    if (isOver) return undefined;
    return { seed: next++, reduction: range.reduction ?? {}, shrink: range.untilFailure !== true && failures < shrunkMax };
  };
  const workers = Array.from({ length: Math.min(range.workers, range.seeds) }, () =>
    runWorker(range.sabotage, take, (result) => {
      if (result.problems.length > 0) failures += 1;
      onResult(result);
    }),
  );
  await Promise.all(workers);
}

function runWorker(sabotage: string | undefined, take: () => SeedOrder | undefined, onResult: (result: SeedResult) => void): Promise<void> {
  const file = fileURLToPath(new URL('seed-worker.ts', import.meta.url));
  const child: ChildProcess = fork(file, sabotage === undefined ? [] : [sabotage], { execArgv: ['--conditions=source'] });
  let current: SeedOrder | undefined;
  return new Promise((resolve, reject) => {
    child.on('message', (message: 'ready' | SeedResult) => {
      if (message !== 'ready') onResult(message);
      current = take();
      if (current) child.send(current);
      else child.disconnect();
    });
    child.once('error', reject);
    child.once('exit', (code) => {
      if (current === undefined) resolve();
      else reject(new Error(`the process that ran seed ${current.seed} ended with exit code ${code}`));
    });
  });
}
