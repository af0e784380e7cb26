import { execFileSync, spawnSync } from 'node:child_process';

/** A program that runs containers, found and answering; undefined where there is none. */
export function findEngine(): string | undefined {
  return ['docker', 'podman'].find((engine) => spawnSync(engine, ['info'], { stdio: 'ignore', timeout: 20_000 }).status === 0);
}

/** Runs one command of the engine and gives what it printed; throws with its complaint when it failed. */
export function ask(engine: string, ...args: readonly string[]): string {
  return execFileSync(engine, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trim();
}
