// `npm run check [-- name …]`: everything that can be said about the tree without running it.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';

import { boundaryProblems } from '../boundaries/check.ts';
import { type Lockfile, missingPlatforms } from '../lockfile/platforms.ts';
import { totalsLine } from '../test/report.ts';
import { dependencyProblems } from './licences.ts';
import { textProblems } from './texts.ts';

/** A check says nothing when all is well. */
type Check = () => string | Promise<string>;

const checks: Record<string, Check> = {
  types: async () => (await Promise.all(['tsconfig.json', 'packages/testkit/browser'].map(typeProblems))).join('\n').trim(),
  lint: () => runTool('oxlint/bin/oxlint', ['--format=agent']),
  format: () => runTool('oxfmt/bin/oxfmt', ['--list-different'], 'not formatted (npm run format):\n'),
  boundaries: () => boundaryProblems().join('\n'),
  'dead code': () => runTool('knip/bin/knip.js', ['--no-progress', '--no-config-hints', '--reporter=compact']),
  dependencies: () => [...lockfileProblems(), ...dependencyProblems(readLockfile())].join('\n'),
  texts: () => textProblems().join('\n'),
};

const names = process.argv.slice(2);
process.exitCode = await main(names.length > 0 ? names : Object.keys(checks));

async function main(chosen: readonly string[]): Promise<number> {
  const unknown = chosen.find((name) => !Object.hasOwn(checks, name));
  if (unknown !== undefined) {
    console.error(`no check "${unknown}"; there are: ${Object.keys(checks).join(', ')}`);
    return 2;
  }
  let failed = 0;
  for (const name of chosen) {
    const startedAt = performance.now();
    const problems = await checks[name]?.();
    if (problems) failed++;
    console.log(
      `${problems ? '✘' : '✔'} ${name} (${((performance.now() - startedAt) / 1000).toFixed(1)} s)${problems ? `\n${problems}` : ''}`,
    );
  }
  console.log(`\n${totalsLine({ passed: chosen.length - failed, failed, skipped: 0 })}`);
  return failed === 0 ? 0 : 1;
}

function typeProblems(project: string): Promise<string> {
  return runTool('typescript/bin/tsc', ['-p', project, '--pretty', 'false']);
}

/** Runs a tool of node_modules; what it prints counts only when it fails. */
function runTool(tool: string, args: readonly string[], heading = ''): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [`node_modules/${tool}`, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (part: string) => (output += part));
    child.once('error', reject);
    child.once('close', (code) => resolve(code === 0 ? '' : heading + (output.trim() || `${tool} ended with exit code ${code}`)));
  });
}

function lockfileProblems(): string[] {
  const lock = readLockfile();
  const addresses = Object.entries(lock.packages).filter(([, { resolved, link }]) => resolved !== undefined && !link);
  return [
    ...missingPlatforms(lock).map(({ name }) => `package-lock.json: no entry for ${name}, so npm ci will refuse it: npm run lockfile`),
    ...addresses.map(
      ([place]) => `package-lock.json: ${place} has a "resolved" address, which belongs to one machine's registry: remove it`,
    ),
  ];
}

function readLockfile(): Lockfile {
  return JSON.parse(readFileSync('package-lock.json', 'utf8')) as Lockfile;
}
