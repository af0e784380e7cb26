import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** What must not stand in a public repository, and why. */
const patterns: readonly (readonly [RegExp, string])[] = [
  [new RegExp(String.raw`(?<![\w.)\]}])/(?:work|root|Users)/[\w.-]`), 'a path of one machine'],
  [new RegExp(String.raw`(?<![\w.)\]}])/home/(?!hearth\b)[\w-]+/`), 'a path of one machine'],
  [
    new RegExp(
      ['registry\\.npmjs', 'registry\\.yarnpkg', 'files\\.pythonhosted', 'pypi\\.(?:org|io)', 'proxy\\.golang', 'static\\.crates'].join(
        '|',
      ),
    ),
    'the address of a package registry',
  ],
  [/^(?:<{7}|>{7}) /m, 'an unresolved merge'],
];

const binary = /\.(?:png|jpe?g|gif|webp|ico|woff2?|pdf|zip|gz|wasm)$/;

/** Problems in the text of every file that git knows or would add, as `file:line: what`. */
export function textProblems(): string[] {
  const files = execFileSync('git', ['ls-files', '-co', '--exclude-standard'], { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 }).split(
    '\n',
  );
  return files
    .filter((file) => file !== '' && !binary.test(file) && file !== 'tools/check/texts.ts')
    .flatMap((file) => problemsIn(file, read(file)));
}

export function problemsIn(file: string, text: string): string[] {
  return patterns.flatMap(([pattern, what]) => {
    const found = pattern.exec(text);
    return found ? [`${file}:${text.slice(0, found.index).split('\n').length}: ${what} ("${found[0]}")`] : [];
  });
}

/** A file that was deleted but not yet committed reads as empty. */
function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
