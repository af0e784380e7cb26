import type { Plan } from './plan.ts';

/** What is left of a seed's plan; undefined parts are whole. */
export type Reduction = {
  /** Places of the steps that are taken. */
  readonly steps?: readonly number[];
  readonly domains?: readonly string[];
  /** No loss, no duplicates, true clocks. */
  readonly calm?: boolean;
};

export function reduced(plan: Plan, { steps, domains, calm }: Reduction): Plan {
  const servers = plan.servers.filter(({ domain }) => domains === undefined || domains.includes(domain));
  const names = new Set(servers.map(({ domain }) => domain));
  const kept = steps === undefined ? undefined : new Set(steps);
  return {
    ...plan,
    servers: calm === true ? servers.map((server) => ({ ...server, skewMs: 0 })) : servers,
    network: calm === true ? { ...plan.network, lossPercent: 0, duplicatePercent: 0 } : plan.network,
    steps: plan.steps.filter((step, index) => names.has(step.domain) && (kept === undefined || kept.has(index))),
  };
}

/** The arguments that repeat a reduced run. */
export function argumentsOf(seed: number, { steps, domains, calm }: Reduction): string {
  return [
    `--first ${seed} --seeds 1`,
    ...(domains === undefined ? [] : [`--servers ${domains.join(',')}`]),
    ...(steps === undefined ? [] : [`--steps ${steps.join(',')}`]),
    ...(calm === true ? ['--calm'] : []),
    '--story',
  ].join(' ');
}
