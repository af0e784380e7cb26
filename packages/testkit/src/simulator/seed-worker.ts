// Runs the seeds that its parent names, one after the other, and tells what became of each.
import type { Reduction } from './reduction.ts';

export type SeedOrder = { readonly seed: number; readonly reduction: Reduction; readonly shrink: boolean };
export type SeedResult = {
  readonly seed: number;
  readonly problems: readonly string[];
  readonly digest: string;
  readonly counts: readonly (readonly [string, number])[];
  /** The smallest failure that was found. */
  readonly shrunk?: Reduction;
};

async function main(): Promise<void> {
  const [sabotage] = process.argv.slice(2);
  if (sabotage !== undefined) (await import('./plant.ts')).plant(sabotage);
  // After the planting: these load what it changes.
  const { runSeed } = await import('./run-seed.ts');
  process.on('message', (order: SeedOrder) => {
    void runSeed(order).then((result) => process.send?.(result));
  });
  process.once('disconnect', () => process.exit(0)); // oxlint-disable-line unicorn/no-process-exit
  process.send?.('ready');
}

await main();
