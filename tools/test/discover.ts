import { globSync } from 'node:fs';

export type Stage = 'unit' | 'browser' | 'interop' | 'container';

const patterns: Record<Stage, readonly string[]> = {
  unit: ['packages/*/src/**/*.test.ts', 'packages/*/tests/**/*.test.ts', 'tools/**/*.test.ts'],
  browser: ['packages/testkit/browser/**/*.test.ts'],
  interop: ['packages/testkit/interop/**/*.test.ts'],
  container: ['packaging/container/**/*.test.ts'],
};

/** The test files of a stage whose path contains one of the filters (all without filters), in a fixed order. */
export function discover(stage: Stage, filters: readonly string[]): string[] {
  const files = globSync([...patterns[stage]], { exclude: ['**/node_modules'] }).sort();
  return filters.length === 0 ? files : files.filter((file) => filters.some((filter) => file.includes(filter)));
}
