import { parseArgs } from 'node:util';

import type { Reduction } from './reduction.ts';

export type SimulatorOptions = {
  readonly first: number;
  readonly seeds: number;
  readonly workers: number;
  readonly sabotage: string | undefined;
  readonly reduction: Reduction;
  /** Tells what happens, line by line. */
  readonly story: boolean;
  /** Where the rooms of one seed are drawn, as each server sees them. */
  readonly graphs: string | undefined;
};

export const usage =
  'npm run sim -- [--seeds 20] [--first 1] [--workers N] [--sabotage NAME|all] | --first SEED [--steps 0,4,7] [--servers s0.test,s1.test] [--calm] [--story] [--graphs DIRECTORY]';

/** Throws with a sentence on what it does not understand. */
export function readOptions(args: readonly string[], processors: number): SimulatorOptions {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({
    args: [...args],
    options: {
      seeds: text,
      first: text,
      workers: text,
      sabotage: text,
      steps: text,
      servers: text,
      calm: { type: 'boolean' },
      story: { type: 'boolean' },
      graphs: text,
    },
  });
  const steps = values.steps?.split(',').map((step) => whole('steps', step, 0, 1_000));
  return {
    first: whole('first', values.first ?? '1', 0, 1_000_000_000),
    seeds: whole('seeds', values.seeds ?? '20', 1, 1_000_000),
    workers: whole('workers', values.workers ?? `${Math.min(processors, 16)}`, 1, 64),
    sabotage: values.sabotage,
    story: values.story ?? false,
    graphs: values.graphs,
    reduction: {
      ...(steps === undefined ? {} : { steps }),
      ...(values.servers === undefined ? {} : { domains: values.servers.split(',') }),
      ...(values.calm === true ? { calm: true } : {}),
    },
  };
}

function whole(name: string, text: string, min: number, max: number): number {
  const value = Number(text);
  if (text.trim() !== '' && Number.isInteger(value) && value >= min && value <= max) return value;
  throw new Error(`--${name} must be a whole number from ${min} to ${max}`);
}
