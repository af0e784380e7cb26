import { globSync, readFileSync } from 'node:fs';

import { homeserverProblem } from './homeserver.ts';
import { importsOf } from './imports.ts';
import { packageProblem } from './packages.ts';

/** Every import of the tree that "Who may import whom" of docs/architecture.md forbids, as `file:line:column: why`. */
export function boundaryProblems(): string[] {
  const files = globSync('packages/*/{src,tests,browser,interop,scripts}/**/*.ts', { exclude: ['**/node_modules', '**/dist'] }).sort();
  return files.flatMap((file) => problemsOf(file, readFileSync(file, 'utf8')));
}

export function problemsOf(file: string, text: string): string[] {
  return importsOf(text).flatMap((it) => {
    const problem = packageProblem(file, it) ?? homeserverProblem(file, it);
    return problem === undefined ? [] : [`${file}:${it.line}:${it.column}: ${problem} ('${it.specifier}')`];
  });
}
