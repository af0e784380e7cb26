/**
 * Puts small mistakes into the code that servers must agree on, one at a time, and says which of them no test noticed.
 *
 * `npm run protocol -- mutation [WORD…] [--one-of=N] [--at-once=N] [--json]`: files whose path contains a word, all mutants or
 * one of N. All of them take half an hour of processor time.
 */
import { relative } from 'node:path';

import { atOnce } from './at-once.ts';
import type { Result } from './mutation/play.ts';
import { checkTests, packageFolder, play, targets } from './mutation/play.ts';
import type { Options } from './options.ts';
import { printTable, say } from './table.ts';

/** The least share of mutants that tests must notice. */
const killedShareMin = 0.9;

export async function mutation({ words, atOnce: count, json, oneOf }: Options): Promise<boolean> {
  await checkTests();
  const chosen = targets(words).filter((_, at) => at % oneOf === 0);
  const results = await atOnce(count, chosen, async (target) => {
    const result = await play(target);
    if (!json && result.outcome === 'survived') say(describe(result));
    return result;
  });
  const survived = results.filter(({ outcome }) => outcome === 'survived');
  if (json)
    say(
      JSON.stringify(
        survived.map(({ file, mutant }) => ({ file: nameOf(file), ...mutant })),
        undefined,
        2,
      ),
    );
  else printTable([['killed', 'endless', 'survived', 'file'], ...rowsOf(results)]);
  const share = 1 - survived.length / results.length;
  if (!json) say(`${results.length} mutants, ${(100 * share).toFixed(1)} % noticed`);
  return share >= killedShareMin;
}

function describe({ file, mutant }: Result): string {
  return `survived: ${nameOf(file)}:${mutant.line} ${mutant.what}`;
}

function rowsOf(results: readonly Result[]): readonly (readonly string[])[] {
  const byFile = [...Map.groupBy(results, ({ file }) => nameOf(file)), ['all', results] as const];
  return byFile.map(([name, ofFile]) => {
    const count = (outcome: Result['outcome']): string => String(ofFile.filter((result) => result.outcome === outcome).length);
    return [count('killed'), count('endless'), count('survived'), name];
  });
}

function nameOf(file: string): string {
  return relative(packageFolder, file);
}
