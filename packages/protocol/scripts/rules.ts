/**
 * Leaves out each authorisation rule in turn, runs the tests of the vectors and says which test of which room version
 * failed. Refuses when some rule can go missing unnoticed.
 *
 * `npm run protocol -- rules [WORD…] [--json]`: rules whose id contains a word.
 */
import { atOnce } from './at-once.ts';
import type { Options } from './options.ts';
import { allRules, findingsWithout } from './rules/play.ts';
import { printTable, say } from './table.ts';

export async function rules({ words, atOnce: count, json }: Options): Promise<boolean> {
  const chosen = allRules.filter((id) => words.length === 0 || words.some((word) => id.includes(word)));
  const findings = (await atOnce(count, chosen, findingsWithout)).flat();
  const unnoticed = findings.filter(({ test }) => test === undefined);
  if (json) say(JSON.stringify(findings, undefined, 2));
  else {
    const rows = findings.map(({ id, version, number, test }) => [version, number, id, test ?? 'NOTHING FAILS']);
    printTable([['version', 'rule', 'left out', 'fails'], ...rows]);
    say(`${findings.length} rules left out, ${unnoticed.length} unnoticed`);
  }
  return findings.length > 0 && unnoticed.length === 0;
}
