import { spawn } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

import { API } from 'typescript/unstable/sync';

import type { Mutant } from './mutants.ts';
import { mutantsOf } from './mutants.ts';

export const packageFolder = fileURLToPath(new URL('../..', import.meta.url));
const source = (name: string): string => join(packageFolder, 'src', name);

/** What is mutated, and the tests that should notice: those that fail soonest first. */
const areas: readonly { readonly files: string; readonly tests: readonly (readonly string[])[] }[] = [
  {
    files: 'auth/*.ts',
    tests: [
      ['auth/auth-vectors.test.ts', 'auth/authorize.test.ts', 'auth/restricted-join.test.ts'],
      ['auth/*.test.ts', 'state/stories.test.ts'],
    ],
  },
  {
    files: 'state/*.ts',
    tests: [
      ['state/stories.test.ts'],
      ['state/{auth-difference,hostile-facts,smallest-first}.test.ts'],
      ['state/resolve.property.test.ts'],
      ['state/work.test.ts'],
    ],
  },
  { files: 'events/redact.ts', tests: [['events/redact.test.ts'], ['events/*.test.ts']] },
  { files: 'json/canonical.ts', tests: [['json/canonical.test.ts'], ['events/*.test.ts']] },
];

/** Tests that use so many seconds of processor time would run for ever; the slowest need a third of it. */
const cpuSecondsMax = 30;

export type Target = { readonly file: string; readonly mutant: Mutant; readonly tests: readonly (readonly string[])[] };
export type Result = Target & { readonly outcome: 'killed' | 'endless' | 'survived' };

/** All mutants of the files whose path contains one of the words. */
export function targets(words: readonly string[]): readonly Target[] {
  const api = new API({ cwd: packageFolder });
  try {
    const [project] = api.updateSnapshot({ openProjects: [join(packageFolder, 'tsconfig.json')] }).getProjects();
    return areas.flatMap(({ files, tests }) =>
      sourcesOf(files)
        .filter((file) => words.length === 0 || words.some((word) => file.includes(word)))
        .flatMap((file) => {
          const parsed = project?.program.getSourceFile(file);
          if (parsed === undefined) throw new Error(`${file} is not part of the project`);
          return mutantsOf(parsed).map((mutant) => ({ file, mutant, tests }));
        }),
    );
  } finally {
    api.close();
  }
}

/** Without any mutant the tests must pass, or they would kill whatever they are given. */
export async function checkTests(): Promise<void> {
  for (const { files, tests } of areas) {
    if ((await runTests([], filesOf(tests.flat()))) !== 0) throw new Error(`the tests of ${files} fail without any mutant`);
  }
}

export async function play(target: Target): Promise<Result> {
  for (const patterns of target.tests) {
    const code = await runTests(['--import', preloadOf(target)], filesOf(patterns));
    if (code !== 0) return { ...target, outcome: code === undefined ? 'endless' : 'killed' };
  }
  return { ...target, outcome: 'survived' };
}

function sourcesOf(pattern: string): readonly string[] {
  return globSync(source(pattern))
    .filter((file) => !file.endsWith('.test.ts') && /\bfunction\b|=>/.test(readFileSync(file, 'utf8')))
    .sort();
}

function filesOf(patterns: readonly string[]): readonly string[] {
  return patterns.flatMap((pattern) => globSync(source(pattern))).sort();
}

function preloadOf({ file, mutant }: Target): string {
  const { start, end, text } = mutant;
  const query = new URLSearchParams({ file: pathToFileURL(file).href, start: String(start), end: String(end), text });
  return new URL(`with-mutant.ts?${query.toString()}`, import.meta.url).href;
}

const reporter = fileURLToPath(new URL('first-failure.ts', import.meta.url));

/** The exit code of the tests; undefined when they had to be stopped. */
function runTests(options: readonly string[], files: readonly string[]): Promise<number | undefined> {
  const args = ['--conditions=source', ...options, '--test', '--test-isolation=none', `--test-reporter=${reporter}`, ...files];
  return new Promise((resolve, reject) => {
    // The shell's limit counts processor time, so that a busy machine makes nothing look endless.
    const limited = `ulimit -t ${cpuSecondsMax} && exec "$0" "$@"`;
    const child = spawn('sh', ['-c', limited, process.execPath, ...args], { stdio: 'ignore' });
    child.once('error', reject);
    child.once('close', (code) => resolve(code ?? undefined));
  });
}
