/** Fuzzing of the parsers that have no such test of their own: any value and any text, near misses among them. */
import assert from 'node:assert/strict';
import { test } from 'node:test';

import fc from 'fast-check';

import { parseLevel } from './auth/power.ts';
import { decodeBase64, decodeBase64Url } from './ids/base64.ts';
import { isNamespacedIdentifier, isOpaqueIdentifier } from './ids/common-grammars.ts';
import { parseEventId } from './ids/event-id.ts';
import { parseDeviceId, parseKeyId, parseOwnKeyId } from './ids/key-id.ts';
import { parseMxcUri } from './ids/mxc-uri.ts';
import { parseDomainRoomId, parseHashRoomId, parseRoomAlias, parseRoomId } from './ids/room-id.ts';
import { parseServerName, splitServerName } from './ids/server-name.ts';
import { parseUserId } from './ids/user-id.ts';
import { fitsInBytes } from './json/utf8.ts';
import type { JsonValue } from './json/value.ts';
import { parsePropertyPath, propertyAt } from './property-path.ts';
import { parsePushRulePath } from './push/rule-path.ts';
import { knownRoomVersions } from './room-versions/table.ts';
import { verifyKeyFromBase64 } from './signing/keys.ts';
import { isSignedWith } from './signing/verify-signed.ts';

const runs = { numRuns: 1000, seed: 20261124 };

/** Text of pieces that grammars care about, and of anything. */
const piece = fc.oneof(
  fc.constantFrom('@', '#', '!', '$', 'mxc://', ':', '::', '/', '.', '[', ']', '\0', '\\', '-', '+', '=', '_', '"', '*', '?', '%'),
  fc.constantFrom(
    'a',
    'example.org',
    '1.2.3.4',
    '[2001:db8::1]',
    ':8448',
    'ed25519:1',
    'é',
    '😀',
    '\ud800',
    'A'.repeat(43),
    'x'.repeat(250),
  ),
  fc.string({ unit: 'binary', maxLength: 4 }),
);
const text = fc.array(piece, { maxLength: 6 }).map((pieces) => pieces.join(''));
const value = fc.oneof(text, fc.anything({ withBigInt: true, withNullPrototype: true }));

const identifiers: Readonly<Record<string, (text: unknown) => string | undefined>> = {
  parseUserId,
  parseRoomId,
  parseHashRoomId,
  parseDomainRoomId,
  parseRoomAlias,
  parseEventId,
  parseServerName,
  parseKeyId,
  parseOwnKeyId,
  parseDeviceId,
  parseMxcUri,
};

for (const [name, parse] of Object.entries(identifiers)) {
  test(`MD-17 ${name} takes any value: what it gives is the text itself, well-formed, without NUL, of a bounded length`, () => {
    const property = fc.property(value, (given) => {
      const parsed = parse(given);
      if (parsed === undefined) return;
      assert.equal(parsed, given);
      assert.ok(parsed.isWellFormed() && !parsed.includes('\0') && parsed !== '');
      assert.ok(fitsInBytes(parsed, 600));
      assert.equal(parse(parsed), parsed);
    });
    fc.assert(property, runs);
  });
}

test('a server name that is accepted has a host without anything that a URL would read otherwise', () => {
  fc.assert(
    fc.property(text, (given) => {
      const parts = splitServerName(given);
      if (parts === undefined) return;
      assert.match(parts.host, /^[0-9A-Za-z.:-]+$/);
      assert.ok(parts.port === undefined || parts.port <= 99_999);
    }),
    runs,
  );
});

test('base64 of any text is refused or decoded, and keys and signatures of any text verify nothing', () => {
  fc.assert(
    fc.property(text, text, (first, second) => {
      for (const decode of [decodeBase64, decodeBase64Url]) assert.ok((decode(first)?.length ?? 0) <= first.length);
      assert.equal(isSignedWith({ a: 1 }, first, second), false);
      assert.ok(verifyKeyFromBase64(first) === undefined || first.length >= 43);
    }),
    runs,
  );
});

test('a power level of any value is a number that compares, or none', () => {
  fc.assert(
    fc.property(fc.constantFrom(...knownRoomVersions()), value, (rules, given) => {
      const level = parseLevel(rules, given as JsonValue);
      assert.ok(level === undefined || typeof level === 'bigint' || Number.isInteger(level));
    }),
    runs,
  );
});

test('a property path of any text leads to the property of that name, or to none', () => {
  fc.assert(
    fc.property(text, fc.oneof(fc.string(), fc.integer(), fc.constant(null)), (path, found) => {
      const names = parsePropertyPath(path);
      const nested = names.toReversed().reduce<JsonValue>((inner, name) => ({ __proto__: null, [name]: inner }), found);
      assert.deepEqual(propertyAt(nested, names), found);
      assert.equal(propertyAt({}, [...names, '__proto__', 'constructor']), undefined);
    }),
    runs,
  );
});

test('a path of push rules and a common identifier of any text are read or refused', () => {
  fc.assert(
    fc.property(
      fc.array(fc.oneof(fc.constantFrom('global', 'device', 'override', 'room', 'enabled', ''), text), { maxLength: 6 }),
      text,
      (segments, id) => {
        for (const devices of [false, true]) assert.equal(typeof parsePushRulePath(segments, { devices }).ok, 'boolean');
        assert.equal(typeof isNamespacedIdentifier(id), 'boolean');
        assert.equal(typeof isOpaqueIdentifier(id), 'boolean');
      },
    ),
    runs,
  );
});
