import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test, type TestContext } from 'node:test';

import fc from 'fast-check';

import { CanonicalJsonError, canonicalJson, canonicalJsonBytes, canonicalJsonRefusal, compareCodePoints } from './canonical.ts';
import { jsonObject } from './object.ts';
import type { JsonNumbers } from './parse.ts';
import { jsonDepthMax, parseJsonText } from './parse.ts';
import type { JsonValue } from './value.ts';

type Vectors = {
  readonly cases: readonly { readonly name: string; readonly input: string; readonly canonical: string; readonly numbers?: JsonNumbers }[];
};
const vectors = JSON.parse(readFileSync(new URL('../../vectors/json/canonical.json', import.meta.url), 'utf8')) as Vectors;

for (const { name, input, canonical, numbers = 'canonical' } of vectors.cases) {
  test(`canonical JSON vector: ${name}`, () => {
    const parsed = parseJsonText(input, { numbers });
    assert.ok(parsed.ok);
    assert.equal(canonicalJson(parsed.value, numbers === 'legacy' ? 'legacy' : 'canonical'), canonical);
  });
}

/** A second implementation that shares nothing with the first: UTF-8 bytes of keys compared, strings escaped by hand. */
function naiveCanonicalJson(value: JsonValue): string {
  if (Array.isArray(value)) return `[${value.map((item) => naiveCanonicalJson(item as JsonValue)).join(',')}]`;
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries<JsonValue>(value);
    entries.sort(([left], [right]) => Buffer.compare(Buffer.from(left), Buffer.from(right)));
    return `{${entries.map(([key, item]) => `${naiveString(key)}:${naiveCanonicalJson(item)}`).join(',')}}`;
  }
  return typeof value === 'string' ? naiveString(value) : String(value);
}

function naiveString(text: string): string {
  const short = new Map([
    ['\b', '\\b'],
    ['\t', '\\t'],
    ['\n', '\\n'],
    ['\f', '\\f'],
    ['\r', '\\r'],
    ['"', '\\"'],
    ['\\', '\\\\'],
  ]);
  let out = '"';
  for (const character of text) {
    const code = character.codePointAt(0) as number;
    out += short.get(character) ?? (code < 0x20 ? `\\u${code.toString(16).padStart(4, '0')}` : character);
  }
  return `${out}"`;
}

/** Keys from the places where orders differ: astral planes, U+E000 to U+FFFF, integers, names of the language. */
const keys = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 6 }),
  fc.constantFrom(
    '__proto__',
    'constructor',
    'toJSON',
    'then',
    '0',
    '10',
    '9',
    '\u{1f600}',
    '\ue000',
    '\uffff',
    '\ud7ff',
    'a\u{10000}',
    'a\uffee',
  ),
);
const values = fc.letrec<{ value: JsonValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 5 },
    fc.constant(null),
    fc.boolean(),
    fc.maxSafeInteger().map((n) => n + 0),
    fc.string({ unit: 'binary' }),
    fc.array(tie('value'), { maxLength: 5 }),
    fc.uniqueArray(fc.tuple(keys, tie('value')), { maxLength: 6, selector: ([key]) => key }).map((entries) => {
      const object = Object.create(null) as { [key: string]: JsonValue };
      for (const [key, value] of entries) object[key] = value;
      return object;
    }),
  ),
})).value;

test('N-04 canonical JSON is byte-equal to a naive second implementation', () => {
  fc.assert(
    fc.property(values, (value) => {
      assert.equal(canonicalJson(value), naiveCanonicalJson(value));
      assert.deepEqual(Buffer.from(canonicalJsonBytes(value)), Buffer.from(naiveCanonicalJson(value)));
    }),
    { numRuns: 1000, seed: 20260104 },
  );
});

test('N-04 canonical JSON of what it wrote is the same text, and both number modes agree on it', () => {
  fc.assert(
    fc.property(values, (value) => {
      const text = canonicalJson(value);
      const parsed = parseJsonText(text);
      assert.ok(parsed.ok);
      assert.equal(canonicalJson(parsed.value), text);
      assert.equal(canonicalJson(parsed.value, 'legacy'), text);
    }),
    { numRuns: 1000, seed: 20260105 },
  );
});

test('N-04 keys are ordered by code point, not by UTF-16 unit and not by insertion', () => {
  assert.equal(canonicalJson(jsonObject({ '\u{1f600}': 1, '\ue000': 2 })), '{"\ue000":2,"\u{1f600}":1}');
  assert.equal(canonicalJson(jsonObject({ '\ue000': 2, '\u{1f600}': 1 })), '{"\ue000":2,"\u{1f600}":1}');
  assert.equal(canonicalJson(jsonObject({ 'x\u{10000}': 1, 'x\uffff': 2 })), '{"x\uffff":2,"x\u{10000}":1}');
  assert.equal(canonicalJson(jsonObject({ 9: 1, 10: 2 })), '{"10":2,"9":1}');
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (left, right) => {
      assert.equal(Math.sign(compareCodePoints(left, right)), Buffer.compare(Buffer.from(left), Buffer.from(right)));
    }),
    { numRuns: 1000, seed: 20260106 },
  );
});

test('N-02, N-05 what has no canonical form is refused with a typed error', () => {
  const deep = JSON.parse('['.repeat(101) + ']'.repeat(101)) as JsonValue;
  for (const value of [
    1.5,
    -0,
    2 ** 53,
    -(2 ** 53),
    Number.NaN,
    Number.POSITIVE_INFINITY,
    2n ** 60n,
    '\ud800',
    { '\udc00': 1 },
    [undefined],
    deep,
  ]) {
    assert.throws(() => canonicalJson(value as JsonValue), CanonicalJsonError);
    assert.equal(typeof canonicalJsonRefusal(value as JsonValue), 'string');
  }
  assert.throws(() => canonicalJson(jsonObject({ a: [1.5] })), CanonicalJsonError);
  assert.equal(canonicalJsonRefusal(jsonObject({ a: 1 })), undefined);
  assert.equal(canonicalJson(5n), '5');
});

test('an error that has nothing to do with the value is not taken for a refusal', () => {
  const broken = {
    get key(): JsonValue {
      throw new TypeError('not readable');
    },
  };
  assert.throws(() => canonicalJsonRefusal(broken), { name: 'TypeError' });
});

test('legacy numbers are written, except those that are no numbers', () => {
  assert.equal(
    canonicalJson([-0, 1e21, 2n ** 64n, 123.456, 0.0001, 0.00001234, -1.5e-10, 2.5e-300], 'legacy'),
    '[0,1000000000000000000000,18446744073709551616,123.456,0.0001,1.234e-05,-1.5e-10,2.5e-300]',
  );
  for (const value of [Number.NaN, Number.POSITIVE_INFINITY]) assert.throws(() => canonicalJson(value, 'legacy'), CanonicalJsonError);
});

test('N-03 nesting is written to 100 levels and refused beyond', () => {
  const nested = (levels: number): JsonValue => JSON.parse('['.repeat(levels) + ']'.repeat(levels)) as JsonValue;
  assert.equal(canonicalJson(nested(100)), '['.repeat(100) + ']'.repeat(100));
  for (const levels of [101, 5000]) assert.throws(() => canonicalJson(nested(levels)), CanonicalJsonError);
  const own: JsonValue[] = [];
  own.push(own);
  assert.throws(() => canonicalJson(own), CanonicalJsonError);
});

/** How often the engine's own writer was asked for a text. */
function writes(t: TestContext, value: JsonValue): number {
  const { mock } = t.mock.method(JSON, 'stringify');
  try {
    canonicalJson(value);
    return mock.callCount();
  } finally {
    mock.restore();
  }
}

test('what is in order already is written by the engine in one go, whatever it holds', (t) => {
  for (const value of [
    'text',
    7,
    -7,
    0,
    true,
    false,
    null,
    [],
    {},
    { a: 1 },
    [1, 'two', false, null, [], {}, { a: [{ b: 'c', d: null }] }],
  ]) {
    assert.equal(writes(t, value as JsonValue), 1, JSON.stringify(value));
  }
  const full: JsonValue = { a: 'x', b: [1, 2, 3], ä: { y: true, z: null }, '\u{ffff}': 'below', '\u{10000}': 'above' };
  assert.equal(writes(t, full), 1);
  const deepest = Array.from({ length: jsonDepthMax }).reduce<JsonValue>((inner) => [inner], 'in');
  assert.equal(writes(t, deepest), 1);
});

test('what is not in order is written piece by piece', (t) => {
  for (const value of [{ b: 'x', a: 'y' }, [{ a: 'z', b: { d: 'x', c: 'y' } }], { '\u{10000}': 'above', '\u{ffff}': 'below' }]) {
    assert.ok(writes(t, value) > 1);
  }
});
