/**
 * Leaves out each authorisation rule of each room version in turn, plays the cases of `vectors/auth` again and prints
 * the test that fails and a case that shows it. Ends with status 1 when some rule can go missing unnoticed.
 *
 * `node --conditions=source packages/protocol/scripts/disable-rules.ts`
 */
import { buildAuthRules } from '../src/auth/rules-of-version.ts';
import type { RoomVersionRules } from '../src/room-versions/rules.ts';
import { knownRoomVersions } from '../src/room-versions/table.ts';
import { casesOf, isAsExpected, isUnobservable, playCase, ruleIds, testNameOf, textNumber } from '../src/testing/auth-vectors.ts';

let disabled = 0;
let unnoticed = 0;

for (const rules of knownRoomVersions()) {
  for (const id of ruleIds) {
    const number = textNumber(id, rules);
    if (number !== undefined) report(id, number, rules);
  }
}
process.stdout.write(`${disabled} rules disabled, ${unnoticed} unnoticed\n`);
process.exitCode = unnoticed === 0 ? 0 : 1;

function report(id: string, number: string, rules: RoomVersionRules): void {
  const rule = `version ${rules.version} rule ${number} (${id})`;
  if (isUnobservable(id, rules)) {
    process.stdout.write(`${rule}: allows only what later rules allow as well\n`);
    return;
  }
  disabled++;
  const without = buildAuthRules(rules, id);
  const failing = casesOf(rules).filter((entry) => !isAsExpected(entry, rules, playCase(entry, rules, without)));
  const [first] = failing;
  if (first === undefined) unnoticed++;
  const shown = first === undefined ? 'NOTHING FAILS' : `fails "${testNameOf(first, rules)}": ${first.story}`;
  process.stdout.write(`${rule}: ${shown}${failing.length > 1 ? `, and ${failing.length - 1} more` : ''}\n`);
}
