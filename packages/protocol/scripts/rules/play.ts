import { run } from 'node:test';
import { fileURLToPath } from 'node:url';

import type { RoomVersionRules } from '../../src/room-versions/rules.ts';
import { knownRoomVersions } from '../../src/room-versions/table.ts';
import { ruleIds, textNumber } from '../../src/testing/auth-vectors.ts';

/** What showed that a room version lacked a rule. */
export type Finding = {
  readonly id: string;
  readonly version: string;
  readonly number: string;
  /** A test that failed; undefined when the rule went missing unnoticed. */
  readonly test: string | undefined;
};

const vectorTests = fileURLToPath(new URL('../../src/auth/auth-vectors.test.ts', import.meta.url));

/** Runs the tests of the vectors without one rule, and says which of them noticed, by room version. */
export async function findingsWithout(id: string): Promise<readonly Finding[]> {
  const failed = await failingTests(id);
  return knownRoomVersions().flatMap((rules) => {
    const number = textNumber(id, rules);
    if (number === undefined) return [];
    const ofVersion = failed.filter((name) => new RegExp(`version ${rules.version}\\b`).test(name));
    return [
      {
        id,
        version: rules.version,
        number,
        test: isUnobservable(id, rules) ? ofVersion[0] : ofVersion.find((name) => name.includes('cases of')),
      },
    ];
  });
}

export const allRules = ruleIds;

/**
 * Rules whose absence no event can show, so that only the test of the list itself notices. "Otherwise, allow" at the end
 * of the power levels' rules: the last rule of all allows the same events. "No previous power levels, allow" from
 * version 12 on: only creators have the power to send the first power levels, and no later rule holds them back.
 */
function isUnobservable(id: string, rules: RoomVersionRules): boolean {
  return id === 'power_levels.otherwise' || (id === 'power_levels.first' && rules.privilegedCreators);
}

async function failingTests(id: string): Promise<readonly string[]> {
  const preload = new URL(`leave-out.ts?rule=${encodeURIComponent(id)}`, import.meta.url).href;
  const failed: string[] = [];
  let ran = 0;
  for await (const { type, data } of run({ files: [vectorTests], execArgv: ['--conditions=source', '--import', preload] })) {
    if (type !== 'test:fail' && type !== 'test:pass') continue;
    ran += 1;
    if (type === 'test:fail') failed.push(data.name);
  }
  // A file that does not even load would fail "for every rule" without having shown anything.
  if (ran < knownRoomVersions().length) throw new Error(`the tests of the vectors did not run without ${id}`);
  return failed;
}
