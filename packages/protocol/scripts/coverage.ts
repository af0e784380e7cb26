/**
 * Runs the tests of the package and measures which branches of the code that servers must agree on they take. Refuses
 * when one is missing.
 *
 * `npm run protocol -- coverage`
 */
import { globSync } from 'node:fs';
import { join } from 'node:path';
import { run } from 'node:test';
import { fileURLToPath } from 'node:url';

import type { Options } from './options.ts';
import { printTable, say } from './table.ts';

const folder = fileURLToPath(new URL('../src/', import.meta.url));

/** Authorisation, resolution, redaction, canonical JSON, and the check of the format before them. */
const covered = ['auth/*.ts', 'state/*.ts', 'events/redact.ts', 'events/format.ts', 'events/hash.ts', 'json/canonical.ts'];

export async function coverage({ json }: Options): Promise<boolean> {
  const files = globSync(join(folder, '**/*.test.ts')).sort();
  const events = run({
    files,
    execArgv: ['--conditions=source'],
    concurrency: 2,
    coverage: true,
    coverageIncludeGlobs: covered.map((pattern) => join(folder, pattern)),
    coverageExcludeGlobs: [join(folder, '**/*.test.ts')],
  });
  const failed: string[] = [];
  let summary: Summary | undefined;
  for await (const { type, data } of events) {
    if (type === 'test:fail') failed.push(data.name);
    if (type === 'test:coverage') summary = data.summary;
  }
  if (summary === undefined) throw new Error('no coverage was measured');
  const missing = summary.files.flatMap((file) => branchesMissing(file));
  if (json) say(JSON.stringify(summary.files.map(figuresOf), undefined, 2));
  else {
    printTable([['branches', 'lines', 'file'], ...summary.files.map((file) => Object.values(figuresOf(file)).map(String))]);
    for (const line of missing) say(`not taken: ${line}`);
    for (const name of failed) say(`failed: ${name}`);
    const { coveredBranchCount, totalBranchCount, coveredBranchPercent } = summary.totals;
    say(`${coveredBranchCount} of ${totalBranchCount} branches taken (${coveredBranchPercent} %), ${failed.length} tests failed`);
  }
  return failed.length === 0 && missing.length === 0 && summary.files.length > 0;
}

type Summary = {
  readonly totals: { readonly totalBranchCount: number; readonly coveredBranchCount: number; readonly coveredBranchPercent: number };
  readonly files: readonly {
    readonly path: string;
    readonly coveredBranchCount: number;
    readonly totalBranchCount: number;
    readonly coveredLineCount: number;
    readonly totalLineCount: number;
    readonly branches: readonly { readonly line: number; readonly count: number }[];
  }[];
};
type FileSummary = Summary['files'][number];

function figuresOf(file: FileSummary): { readonly branches: string; readonly lines: string; readonly file: string } {
  return {
    branches: `${file.coveredBranchCount}/${file.totalBranchCount}`,
    lines: `${file.coveredLineCount}/${file.totalLineCount}`,
    file: nameOf(file),
  };
}

function branchesMissing(file: FileSummary): readonly string[] {
  return file.branches.filter(({ count }) => count === 0).map(({ line }) => `${nameOf(file)}:${line}`);
}

function nameOf({ path }: FileSummary): string {
  return path.slice(folder.length);
}
