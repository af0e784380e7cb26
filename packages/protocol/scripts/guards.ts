/**
 * Disables the line that guards against each known attack, here and in the other packages, one after another, and shows that a test whose name
 * carries the id of the attack fails.
 *
 * `npm run protocol -- guards [ID…] [--json]`
 */
import { atOnce } from './at-once.ts';
import { guards as all } from './guards/list.ts';
import { failingTest } from './guards/play.ts';
import type { Options } from './options.ts';
import { printTable, say } from './table.ts';

export async function guards({ words, atOnce: count, json }: Options): Promise<boolean> {
  const chosen = all.filter(({ id }) => words.length === 0 || words.includes(id));
  const findings = await atOnce(count, chosen, async (guard) => ({ ...guard, test: await failingTest(guard) }));
  const unnoticed = findings.filter(({ test }) => test === undefined);
  if (json) say(JSON.stringify(findings, undefined, 2));
  else {
    printTable([['id', 'in', 'fails'], ...findings.map(({ id, file, test }) => [id, file, test ?? 'NOTHING FAILS'])]);
    say(`${findings.length} lines disabled, ${unnoticed.length} unnoticed`);
  }
  return findings.length > 0 && unnoticed.length === 0;
}
