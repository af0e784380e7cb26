import { makePlan, type Plan } from './plan.ts';
import { reduced } from './reduction.ts';
import type { SeedOrder, SeedResult } from './seed-worker.ts';
import { shrink } from './shrink.ts';
import { simulate, type Watcher } from './simulation.ts';

/** Runs a seed to its end; whatever is thrown is a failure of it. */
export async function runSeed({ seed, reduction, shrink: wantsSmaller }: SeedOrder): Promise<SeedResult> {
  const plan = reduced(makePlan(seed), reduction);
  const { problems, digest, counts } = await runPlan(plan);
  const result = { seed, problems, digest, counts: [...counts] };
  if (problems.length === 0 || !wantsSmaller) return result;
  return { ...result, shrunk: await shrink(makePlan(seed), async (smaller) => (await runPlan(smaller)).problems.length > 0) };
}

export async function runPlan(plan: Plan, watcher?: Watcher): ReturnType<typeof simulate> {
  try {
    return await simulate(plan, watcher);
  } catch (error) {
    return { problems: [(error as Error).stack ?? String(error)], digest: '', counts: new Map() };
  }
}
