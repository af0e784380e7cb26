import assert from 'node:assert/strict';
import { test } from 'node:test';

import fc from 'fast-check';

import { canonicalJson, CanonicalJsonError } from '../json/canonical.ts';
import { jsonObject, withKey } from '../json/object.ts';
import { parseJsonText } from '../json/parse.ts';
import type { JsonObject, JsonValue } from '../json/value.ts';
import type { RoomVersionRules } from '../room-versions/rules.ts';
import { roomVersionRules } from '../room-versions/table.ts';
import { eventTexts } from './event-texts.ts';
import { canonicalNumbersOf, contentHash, essentialJson } from './hash.ts';

const versions = ['1', '5', '6', '8', '10', '11', '12'].map((version) => roomVersionRules(version) as RoomVersionRules);
const types = [
  'm.room.message',
  'm.room.member',
  'm.room.create',
  'm.room.power_levels',
  'm.room.join_rules',
  'm.room.aliases',
  'm.room.redaction',
];

const value = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.integer(),
  fc.boolean(),
  fc.constant(null),
  fc.constantFrom<JsonValue>([1, 'two'], jsonObject({ '\uFFFF': 1, '\u{10000}': 2, a: jsonObject({}) })),
);
const keys = fc.constantFrom(
  'body',
  'membership',
  'users',
  'ban',
  'creator',
  'allow',
  'redacts',
  'third_party_invite',
  '\uFFFF',
  '\u{10000}',
  '2',
  '10',
  '__proto__',
);
const content = fc.array(fc.tuple(keys, value), { maxLength: 6 }).map((entries) => {
  let object = jsonObject({});
  for (const [key, member] of entries) object = withKey(object, key, member);
  return object;
});
const extra = fc.constantFrom('membership', 'origin', 'prev_state', 'zzz', '\u{10000}', '\uFFFF');
const event = fc
  .record({ type: fc.constantFrom(...types), content, more: fc.array(fc.tuple(extra, value), { maxLength: 3 }), depth: fc.nat() })
  .map(({ type, content: inside, more, depth }): JsonObject => {
    let object = jsonObject({
      type,
      sender: '@a:x',
      room_id: '!r:x',
      depth,
      content: inside,
      prev_events: ['$1'],
      auth_events: [],
      origin_server_ts: 5,
    });
    for (const [key, member] of more) object = withKey(object, key, member);
    return object;
  });

test('the texts are those that hashing and redacting one after the other give, in every room version', () => {
  fc.assert(
    fc.property(event, fc.constantFrom(...versions), (unhashed, rules) => {
      const texts = eventTexts(unhashed, rules);
      const hashed = withKey(unhashed, 'hashes', jsonObject({ sha256: contentHash(unhashed, rules) }));
      assert.deepEqual(texts.event, hashed);
      assert.equal(texts.json, canonicalJson(hashed, canonicalNumbersOf(rules)));
      assert.equal(texts.essential, essentialJson(hashed, rules));
    }),
    { seed: 20_261_123, numRuns: 2000 },
  );
});

test('what has no canonical form is refused, wherever it is', () => {
  const rules = roomVersionRules('12') as RoomVersionRules;
  for (const wrong of [{ content: jsonObject({ a: 0.5 }) }, { content: jsonObject({ a: '\uD800' }) }, { '\uD800': 1 }]) {
    assert.throws(() => eventTexts(jsonObject({ type: 'm.x', ...wrong }), rules), CanonicalJsonError);
  }
});

test('integers of old rooms are written in full', () => {
  const parsed = parseJsonText('{"type":"m.x","content":{"a":123456789012345678901}}', { numbers: 'legacy' });
  assert.ok(parsed.ok);
  const { json } = eventTexts(parsed.value as JsonObject, roomVersionRules('5') as RoomVersionRules);
  assert.match(json, /^\{"content":\{"a":123456789012345678901\},"hashes":/);
});
