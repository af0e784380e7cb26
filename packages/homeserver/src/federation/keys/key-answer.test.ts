import assert from 'node:assert/strict';
import { test } from 'node:test';

import { otherServer, testKey } from '../testing/other-server.ts';
import { readKeyAnswer } from './key-answer.ts';
import { jsonObject, type JsonValue, signJson, withKey, withoutKeys } from '@hearth/protocol';

const now = 1_700_000_000_000;
const week = 7 * 24 * 60 * 60_000;
const one = otherServer('one.test', 1);
const second = testKey(2, 'second');
const old = jsonObject({ 'ed25519:old': jsonObject({ key: testKey(3).publicKey, expired_ts: 5 }) });

test('an answer tells the keys in use and those of the past', () => {
  const read = readKeyAnswer(one.keyAnswer(now + 1000, { old, keys: [one.key, second] }), now);
  assert.equal(read?.serverName, 'one.test');
  assert.equal(read?.validUntilTs, now + 1000);
  const keys = [...(read?.keys ?? [])].map(([id, { key, expiredTs }]) => [id, key.publicKey, expiredTs]);
  assert.deepEqual(keys, [
    ['ed25519:old', testKey(3).publicKey, 5],
    ['ed25519:k', one.key.publicKey, undefined],
    ['ed25519:second', second.publicKey, undefined],
  ]);
});

test('ME-07 no answer holds for more than a week, whatever it says', () => {
  assert.equal(readKeyAnswer(one.keyAnswer(Number.MAX_SAFE_INTEGER), now)?.validUntilTs, now + week);
});

test('an answer that is not signed by a key that it names, or where one of them signed wrongly, says nothing', () => {
  const sound = one.keyAnswer(now);
  assert.ok(readKeyAnswer(sound, now));
  assert.equal(readKeyAnswer(withoutKeys(sound, ['signatures']), now), undefined);
  assert.equal(readKeyAnswer(withKey(sound, 'valid_until_ts', now + 1), now), undefined);
  assert.equal(readKeyAnswer(signJson(withoutKeys(sound, ['signatures']), 'one.test', testKey(9, 'foreign')), now), undefined);
  assert.equal(readKeyAnswer(signJson(withoutKeys(sound, ['signatures']), 'two.test', one.key), now), undefined);
  // The old key has ended: it does not speak for the server any more.
  const byOld = signJson(withoutKeys(one.keyAnswer(now, { old }), ['signatures']), 'one.test', testKey(3, 'old'));
  assert.equal(readKeyAnswer(byOld, now), undefined);
  const halfWrong = signJson(one.keyAnswer(now, { keys: [one.key, second] }), 'one.test', { ...testKey(9), keyId: second.keyId });
  assert.equal(readKeyAnswer(halfWrong, now), undefined);
});

test('answers of a wrong form say nothing, and keys that nobody can use are passed over', () => {
  const sign = (answer: Record<string, JsonValue>): JsonValue =>
    signJson(withoutKeys(jsonObject(answer), ['signatures']), 'one.test', one.key);
  const sound = one.keyAnswer(now) as Record<string, JsonValue>;
  for (const value of [null, 1, 'x', [], {}] as JsonValue[]) {
    assert.equal(readKeyAnswer(value, now), undefined);
    for (const name of ['server_name', 'valid_until_ts', 'verify_keys'])
      assert.equal(
        readKeyAnswer(sign({ ...sound, [name]: value }), now)?.serverName,
        name === 'valid_until_ts' && value === 1 ? 'one.test' : undefined,
      );
    assert.doesNotThrow(() => readKeyAnswer(sign({ ...sound, old_verify_keys: value }), now));
  }
  const odd = {
    'ed25519:weak': { key: 'A'.repeat(43) },
    'ed25519:short': { key: 'AAAA' },
    'rsa:1': { key: one.key.publicKey },
    'ed25519:none': {},
    'ed25519:text': 'x',
    no: { key: one.key.publicKey },
  };
  const keys = { ...(sound['verify_keys'] as object), ...odd } as unknown as JsonValue;
  assert.deepEqual([...(readKeyAnswer(sign({ ...sound, verify_keys: keys }), now)?.keys.keys() ?? [])], ['ed25519:k']);
  const many = Object.fromEntries(
    Array.from({ length: 21 }, (_, index) => [`ed25519:${index}`, { key: one.key.publicKey, expired_ts: 1 }]),
  );
  assert.equal(readKeyAnswer(sign({ ...sound, old_verify_keys: many }), now), undefined);
});
