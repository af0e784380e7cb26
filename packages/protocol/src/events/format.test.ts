import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

import fc from 'fast-check';

import { canonicalJson } from '../json/canonical.ts';
import { jsonObjectFrom, withKey, withoutKeys } from '../json/object.ts';
import { parseJsonText } from '../json/parse.ts';
import type { JsonObject, JsonValue } from '../json/value.ts';
import type { RoomVersionRules } from '../room-versions/rules.ts';
import { knownRoomVersions, roomVersionRules } from '../room-versions/table.ts';
import { parsePdu, pduBytesMax } from './format.ts';
import { canonicalNumbersOf } from './hash.ts';

type Case = {
  readonly name: string;
  readonly versions: readonly string[];
  readonly change?: JsonObject;
  readonly change_text?: string;
  readonly remove?: readonly string[];
  readonly refused: string | null;
};
const file = parseJsonText(readFileSync(new URL('../../vectors/events/format.json', import.meta.url), 'utf8'));
const { bases, cases } = (file.ok ? file.value : {}) as unknown as {
  readonly bases: { readonly [version: string]: JsonObject };
  readonly cases: readonly Case[];
};

function version(name: string): RoomVersionRules {
  return roomVersionRules(name) as RoomVersionRules;
}

function base(name: string): JsonObject {
  return bases[name] as JsonObject;
}

/** The event of a case as it comes out of the door, read as a transaction reads events of rooms not yet known. */
function eventOf(entry: Case, name: string): JsonValue {
  const changeText = entry.change_text ?? JSON.stringify(entry.change ?? {});
  const changed = Object.keys(JSON.parse(changeText) as object);
  const rest = JSON.stringify(withoutKeys(base(name), [...changed, ...(entry.remove ?? [])]));
  const parsed = parseJsonText(changed.length === 0 ? rest : `${rest.slice(0, -1)},${changeText.slice(1)}`, { numbers: 'legacy' });
  assert.ok(parsed.ok);
  return parsed.value;
}

function idOf(name: string): string {
  if (/prev_events|auth_events/.test(name) && /^(10|11|20|21) /.test(name)) return 'MD-16 ';
  return name.startsWith('depth') ? 'MD-01 ' : '';
}

for (const entry of cases) {
  test(`${idOf(entry.name)}format vector: ${entry.name}, versions ${entry.versions[0]} to ${entry.versions.at(-1)}${entry.refused === null ? '' : ', refused'}`, () => {
    for (const name of entry.versions) {
      const parsed = parsePdu(eventOf(entry, name), version(name));
      assert.equal(parsed.allowed ? null : parsed.rule, entry.refused, `version ${name}`);
    }
  });
}

test('an event is an object', () => {
  for (const json of [null, true, 5, 'x', [], [{}], 5n] as JsonValue[]) {
    const parsed = parsePdu(json, version('12'));
    assert.equal(!parsed.allowed && parsed.rule, 'format.object');
  }
});

test('a bigint is no depth and no time where JSON is canonical, however small', () => {
  for (const name of ['6', '12']) {
    for (const key of ['depth', 'origin_server_ts']) {
      const parsed = parsePdu(withKey(base(name), key, 5n), version(name));
      assert.equal(!parsed.allowed && parsed.rule, `format.${key}`);
    }
  }
});

test('an event takes at most 65,536 bytes as canonical JSON, counted in bytes', () => {
  for (const name of ['1', '5', '11', '12']) {
    const room = (text: string): JsonObject => withKey(base(name), 'content', jsonObjectFrom([['body', text]]));
    const spare = pduBytesMax - Buffer.byteLength(canonicalJson(room('')));
    assert.equal(parsePdu(room('x'.repeat(spare)), version(name)).allowed, true);
    const large = parsePdu(room('x'.repeat(spare + 1)), version(name));
    assert.equal(!large.allowed && large.rule, 'format.size');
    assert.equal(parsePdu(room('€'.repeat(Math.floor(spare / 3))), version(name)).allowed, true);
    assert.equal(parsePdu(room('€'.repeat(Math.floor(spare / 3) + 1)), version(name)).allowed, false);
  }
});

test('N-03 an event nested too deeply to be written again is refused', () => {
  const nested = (levels: number): JsonValue => JSON.parse('['.repeat(levels) + ']'.repeat(levels)) as JsonValue;
  for (const name of ['1', '12']) {
    const event = (levels: number): JsonObject => withKey(base(name), 'content', jsonObjectFrom([['a', nested(levels)]]));
    assert.equal(parsePdu(event(98), version(name)).allowed, true);
    const deep = parsePdu(event(99), version(name));
    assert.equal(!deep.allowed && deep.rule, 'format.canonical');
  }
});

test('MD-16 ten thousand references are refused, repeated ones are accepted and counted once', () => {
  for (const name of ['1', '3', '12']) {
    const one = (base(name)['prev_events'] as readonly JsonValue[])[0] as JsonValue;
    for (const key of ['prev_events', 'auth_events']) {
      const list = (length: number): JsonObject => withKey(base(name), key, Array<JsonValue>(length).fill(one));
      const many = parsePdu(list(800), version(name));
      assert.equal(!many.allowed && many.rule, `format.${key}`);
      assert.equal(parsePdu(list(10_000), version(name)).allowed, false);
    }
    const twice = parsePdu(withKey(withKey(base(name), 'prev_events', [one, one]), 'auth_events', [one, one]), version(name));
    assert.ok(twice.allowed);
    assert.equal(twice.event.prevEvents.length, 1);
    // The authorisation rules refuse repeated auth events, so they must see them.
    assert.equal(twice.event.authEvents.length, 2);
  }
});

test('the view is the same for every wire format', () => {
  for (const rules of knownRoomVersions()) {
    const parsed = parsePdu(withKey(base(rules.version), 'state_key', ''), rules);
    assert.ok(parsed.allowed);
    const { event } = parsed;
    assert.equal(event.type, 'm.room.message');
    assert.equal(event.sender, '@alice:a.example');
    assert.equal(event.stateKey, '');
    assert.equal(event.depth, 5);
    assert.equal(event.originServerTs, 1_700_000_000_000);
    assert.deepEqual(event.prevEvents, [rules.eventIdFormat === 'given' ? '$p:a.example' : `$${'A'.repeat(43)}`]);
    assert.equal(event.roomId, base(rules.version)['room_id']);
    assert.equal(event.redacts, undefined);
  }
});

test('MD-02 depths and times beyond 2^53 of old rooms are read as the largest exact integer', () => {
  const text = JSON.stringify(withoutKeys(base('1'), ['depth', 'origin_server_ts']));
  const parsed = parseJsonText(`${text.slice(0, -1)},"depth":9223372036854775807,"origin_server_ts":-9223372036854775807}`, {
    numbers: 'legacy',
  });
  assert.ok(parsed.ok);
  const event = parsePdu(parsed.value, version('1'));
  assert.ok(event.allowed);
  assert.equal(event.event.depth, Number.MAX_SAFE_INTEGER);
  assert.equal(event.event.originServerTs, Number.MIN_SAFE_INTEGER);
  assert.equal(event.event.pdu.depth, 9223372036854775807n);
});

const anything: fc.Arbitrary<JsonValue> = fc.letrec<{ value: JsonValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    fc.constantFrom<JsonValue>(null, true, 0, -1, 1.5, -0, 2 ** 53, 2n ** 70n, '', '\0', '\uffff', '$a', '@a:b', '!a:b'),
    fc.integer(),
    fc.string({ unit: 'binary', maxLength: 8 }),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(fc.constantFrom('a', '__proto__', 'sha256', 'constructor', 'ed25519:1'), tie('value'), {
      maxKeys: 3,
      noNullPrototype: false,
    }),
  ),
})).value;
const fields = fc.constantFrom(
  'type',
  'sender',
  'room_id',
  'state_key',
  'content',
  'hashes',
  'signatures',
  'unsigned',
  'depth',
  'origin_server_ts',
  'prev_events',
  'auth_events',
  'event_id',
  'redacts',
  'origin',
  '__proto__',
);

test('MD-01 MD-17 every field with every type: a value comes back, and what is accepted can be sent and is accepted by others', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...knownRoomVersions()),
      fc.array(fc.tuple(fields, anything), { minLength: 1, maxLength: 3 }),
      (rules, changes) => {
        let json = base(rules.version);
        for (const [key, value] of changes) json = withKey(json, key, value);
        const parsed = parsePdu(json, rules);
        if (!parsed.allowed) {
          assert.match(parsed.rule, /^format\./);
          return;
        }
        const wire = canonicalJson(parsed.event.pdu, canonicalNumbersOf(rules));
        const door = parseJsonText(wire, { numbers: rules.strictCanonicalJson ? 'canonical' : 'legacy' });
        assert.ok(door.ok);
        const again = parsePdu(door.value, rules);
        assert.ok(again.allowed);
        assert.equal(again.event.eventId, parsed.event.eventId);
        assert.equal(again.essential, parsed.essential);
      },
    ),
    { numRuns: 3000, seed: 20260111 },
  );
});
