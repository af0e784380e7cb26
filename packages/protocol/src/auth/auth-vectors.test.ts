import assert from 'node:assert/strict';
import { test } from 'node:test';

import { knownRoomVersions } from '../room-versions/table.ts';
import { casesOf, playCase, ruleIds, testNameOf, textNumber } from '../testing/auth-vectors.ts';
import type { NumberedRule, Rule } from './rule-list.ts';
import { numberRules } from './rule-list.ts';
import { authRules } from './rules-of-version.ts';

let played = 0;

for (const rules of knownRoomVersions()) {
  const cases = casesOf(rules);
  const ids = ruleIds.filter((id) => textNumber(id, rules) !== undefined);

  for (const [name, entries] of Map.groupBy(cases, (entry) => testNameOf(entry, rules))) {
    played += entries.length;
    test(name, () => {
      for (const entry of entries) {
        const verdict = playCase(entry, rules);
        const outcome = verdict.allowed ? 'accepted' : `refused by ${verdict.rule}`;
        const expected = entry.refusedBy === undefined ? 'accepted' : `refused by ${textNumber(entry.refusedBy, rules)}`;
        assert.equal(outcome, expected, entry.story);
        assert.ok(verdict.allowed || verdict.reason !== '', entry.story);
      }
    });
  }

  test(`EA-13: the rules of version ${rules.version} bear the numbers of its text`, () => {
    const found = leaves(numberRules(authRules, rules)).map(({ id, number }) => [id, number] as const);
    assert.deepEqual(Object.fromEntries(found), Object.fromEntries(ids.map((id) => [id, textNumber(id, rules)])));
  });

  test(`EA-13: every rule of version ${rules.version} has a case that passes it and one that does not`, () => {
    for (const id of ids) {
      const evidence = cases.filter((entry) => entry.for.includes(id));
      assert.ok(
        evidence.some((entry) => entry.refusedBy === undefined),
        `${id} has no accepted case`,
      );
      assert.ok(
        evidence.some((entry) => entry.refusedBy !== undefined),
        `${id} has no refused case`,
      );
    }
  });
}

test('EA-13: the name of a rule begins with the name of the list that it stands in', () => {
  const check = (list: readonly Rule[], start: string): void => {
    for (const rule of list) {
      assert.ok(rule.id.startsWith(start) && rule.id.length > start.length, rule.id);
      if ('list' in rule) check(rule.list, `${rule.id}.`);
    }
  };
  check(authRules, '');
});

test('EA-13: there are at least 400 cases over all versions', () => assert.ok(played >= 400, `${played} cases`));

function leaves(list: readonly NumberedRule[]): readonly NumberedRule[] {
  return list.flatMap((rule) => ('list' in rule ? leaves(rule.list) : [rule]));
}
