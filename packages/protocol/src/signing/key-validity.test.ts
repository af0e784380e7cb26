import assert from 'node:assert/strict';
import { test } from 'node:test';

import { knownRoomVersions } from '../room-versions/table.ts';
import { isKeyValidAt, keyValidityMsMax } from './key-validity.ts';

const now = 1_700_000_000_000;
const day = 86_400_000;

for (const rules of knownRoomVersions()) {
  const strict = Number(rules.version) >= 5;

  test(`EA-07 version ${rules.version}: a key ${strict ? 'counts only for events before its valid_until_ts' : 'counts whatever its valid_until_ts'}`, () => {
    const key = { validUntilTs: now };
    assert.equal(isKeyValidAt(key, now - 1, rules, now), true);
    assert.equal(isKeyValidAt(key, now, rules, now), true);
    assert.equal(isKeyValidAt(key, now + 1, rules, now), !strict);
  });

  test(`EA-07 version ${rules.version}: a key that has ended counts for no later event`, () => {
    const key = { expiredTs: now };
    assert.equal(isKeyValidAt(key, now, rules, now + 30 * day), true);
    assert.equal(isKeyValidAt(key, now + 1, rules, now + 30 * day), false);
    assert.equal(isKeyValidAt({ expiredTs: now, validUntilTs: now + 9 * day }, now + 1, rules, now), false);
  });

  test(`EA-07 version ${rules.version}: no promise counts for more than a week from now`, () => {
    const key = { validUntilTs: now + 365 * day };
    assert.equal(isKeyValidAt(key, now + keyValidityMsMax, rules, now), true);
    assert.equal(isKeyValidAt(key, now + keyValidityMsMax + 1, rules, now), !strict);
  });

  test(`EA-07 version ${rules.version}: a key without a promise counts ${strict ? 'never' : 'always'}`, () => {
    assert.equal(isKeyValidAt({}, now - day, rules, now), !strict);
  });
}

test('a week is a week', () => {
  assert.equal(keyValidityMsMax, 604_800_000);
});
