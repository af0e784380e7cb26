import type { Plan } from './plan.ts';
import { reduced, type Reduction } from './reduction.ts';

/** Runs that finding a smaller failure may take. */
const runsMax = 400;

/** Leaves out servers, steps and faults as long as what is left still fails. */
export async function shrink(plan: Plan, fails: (plan: Plan) => Promise<boolean>): Promise<Reduction> {
  let best: Required<Omit<Reduction, 'calm'>> & { calm: boolean } = {
    steps: plan.steps.map((_, index) => index),
    domains: plan.servers.map(({ domain }) => domain),
    calm: false,
  };
  let runs = 0;
  const attempt = async (smaller: typeof best): Promise<boolean> => {
    if (runs >= runsMax) return false;
    runs += 1;
    if (!(await fails(reduced(plan, smaller)))) return false;
    best = smaller;
    return true;
  };
  await attempt({ ...best, calm: true });
  for (let before = -1; before !== best.steps.length + best.domains.length && runs < runsMax;) {
    before = best.steps.length + best.domains.length;
    for (const domain of best.domains.toReversed()) {
      if (best.domains.length > 1) await attempt({ ...best, ...withoutServer(plan, best, domain) });
    }
    for (let size = best.steps.length >> 1; size >= 1; size >>= 1) {
      // From the end: later steps rest on earlier ones.
      for (let end = best.steps.length; end > 0; end -= size) {
        await attempt({ ...best, steps: [...best.steps.slice(0, Math.max(0, end - size)), ...best.steps.slice(end)] });
      }
    }
  }
  return best;
}

type Parts = { readonly steps: readonly number[]; readonly domains: readonly string[] };

function withoutServer(plan: Plan, { steps, domains }: Parts, domain: string): Parts {
  return { domains: domains.filter((one) => one !== domain), steps: steps.filter((index) => plan.steps[index]?.domain !== domain) };
}
