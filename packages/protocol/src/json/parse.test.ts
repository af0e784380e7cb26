import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

import fc from 'fast-check';

import { wasNotCanonical } from './canonical-mark.ts';
import { canonicalJson } from './canonical.ts';
import { parseCarefully } from './careful-parser.ts';
import type { JsonNumbers } from './parse.ts';
import { parseJson, parseJsonText } from './parse.ts';
import { quickParse } from './quick-parse.ts';
import type { JsonObject, JsonValue } from './value.ts';

type Outcome = 'ok' | 'not-json' | 'bad-json';
type Case = { readonly name: string; readonly input?: string; readonly input_hex?: string } & Readonly<Record<JsonNumbers, Outcome>>;
const { cases } = JSON.parse(readFileSync(new URL('../../vectors/json/parse.json', import.meta.url), 'utf8')) as {
  readonly cases: readonly Case[];
};
const modes: readonly JsonNumbers[] = ['canonical', 'legacy', 'any'];

/** The ids of the security list under which a case of the vectors stands. */
function idsOf(entry: Case): string {
  const { name } = entry;
  if (/NaN|Infinity|1e400|zero|plus|fraction|exponent/.test(name)) return 'MD-03 N-02 ';
  if (/2\^|integer|digits/.test(name)) return 'N-02 ';
  if (/levels/.test(name)) return 'N-03 ';
  if (/surrogate|UTF|U\+|overlong|byte|Latin/.test(name)) return 'N-05 ';
  return /prototype|programming/.test(name) ? 'N-01 ' : '';
}

function bytesOf(entry: Case): Uint8Array {
  return entry.input === undefined ? Buffer.from(entry.input_hex ?? '', 'hex') : Buffer.from(entry.input);
}

for (const entry of cases) {
  test(`${idsOf(entry)}JSON door: ${entry.name}`, () => {
    for (const numbers of modes) {
      const parsed = parseJson(bytesOf(entry), { numbers });
      assert.equal(parsed.ok ? 'ok' : parsed.kind, entry[numbers], numbers);
      if (!parsed.ok) assert.ok(parsed.position >= 0 && parsed.position <= bytesOf(entry).length && parsed.reason.length > 0);
    }
  });
}

/** The strict parse, whichever of the two ways it takes. */
function careful(text: string, numbers: JsonNumbers): ReturnType<typeof parseCarefully> {
  return parseCarefully(text, { numbers, depthMax: 100, keysPerObjectMax: Number.POSITIVE_INFINITY });
}

function assertSame(text: string): void {
  for (const numbers of modes) {
    const quick = quickParse(text, { numbers, depthMax: 100, keysPerObjectMax: Number.POSITIVE_INFINITY });
    const slow = careful(text, numbers);
    if (quick !== undefined) assert.deepEqual(slow, { ok: true, value: quick.value }, `${numbers}: ${text}`);
  }
}

test('the quick path accepts only what the careful parser accepts, with the same value', () => {
  for (const entry of cases) if (entry.input !== undefined && entry.input.isWellFormed()) assertSame(entry.input);
  // JSON in which tokens were replaced, doubled or taken out at random.
  const tokens = fc.constantFrom(
    '{',
    '}',
    '[',
    ']',
    ':',
    ',',
    '"a"',
    '"b"',
    '"__proto__"',
    '"\\ud83d\\ude00"',
    '"\\ud83d"',
    '"é"',
    '"a:b"',
    '1',
    '-0',
    '1.0',
    '1e2',
    '9007199254740992',
    'true',
    'false',
    'null',
    ' ',
    '"',
    '\\',
    'e',
    'E',
    '.',
  );
  fc.assert(
    fc.property(fc.array(tokens, { maxLength: 14 }), (list) => assertSame(list.join(''))),
    { numRuns: 3000, seed: 20260101 },
  );
  fc.assert(
    fc.property(fc.json({ maxDepth: 4 }), fc.nat(), tokens, (json, at, token) => {
      assertSame(json);
      const index = at % (json.length + 1);
      const broken = json.slice(0, index) + token + json.slice(index + 1);
      if (broken.isWellFormed()) assertSame(broken);
    }),
    { numRuns: 1500, seed: 20260102 },
  );
});

test('the careful parser agrees with JSON.parse on everything that both read', () => {
  fc.assert(
    fc.property(fc.json({ maxDepth: 4 }), (json) => {
      const parsed = careful(json, 'any');
      if (parsed.ok) assert.equal(JSON.stringify(parsed.value), JSON.stringify(JSON.parse(json)));
    }),
    { numRuns: 1000, seed: 20260103 },
  );
});

test('MD-01 what is accepted can be written canonically and is accepted again, whatever the bytes', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.uint8Array({ maxLength: 40 }),
        fc.json().map((json) => Buffer.from(json)),
      ),
      (bytes) => {
        const parsed = parseJson(bytes);
        if (!parsed.ok) return;
        const text = canonicalJson(parsed.value);
        const again = parseJsonText(text);
        assert.ok(again.ok);
        assert.equal(canonicalJson(again.value), text);
        assert.deepEqual(again.value, parsed.value);
      },
    ),
    { numRuns: 2000, seed: 20260104 },
  );
});

test('N-01 objects have no prototype, so keys of the language are ordinary keys', () => {
  const text = '{"__proto__":{"admin":true},"constructor":1,"a":[{"toString":2}]}';
  for (const withFraction of ['', ',"f":1.5']) {
    const parsed = parseJsonText(`${text.slice(0, -1)}${withFraction}}`, { numbers: 'any' });
    assert.ok(parsed.ok);
    const value = parsed.value as JsonObject;
    assert.equal(Object.getPrototypeOf(value), null);
    assert.equal(Object.getPrototypeOf((value['a'] as readonly JsonValue[])[0]), null);
    assert.equal(value['admin'], undefined);
    assert.ok(Object.hasOwn(value, '__proto__'));
    assert.equal(JSON.stringify(value), `${text.slice(0, -1)}${withFraction}}`);
    assert.equal(value['hasOwnProperty'], undefined);
  }
  assert.equal(({} as { admin?: boolean }).admin, undefined);
});

test('N-02 legacy numbers keep their value, and what canonical JSON would write otherwise is marked', () => {
  const parsed = parseJsonText('{"big":9007199254740993,"exact":[1.0],"plain":{"n":1},"zero":-0,"huge":1e400}', { numbers: 'legacy' });
  assert.equal(parsed.ok, false);
  const accepted = parseJsonText('{"big":-9007199254740993,"list":[{"exact":1.0}],"plain":{"n":1}}', { numbers: 'legacy' });
  assert.ok(accepted.ok);
  const value = accepted.value as { readonly [key: string]: JsonValue };
  assert.equal(value['big'], -9007199254740993n);
  assert.equal(wasNotCanonical(value), true);
  assert.equal(wasNotCanonical(value['list']), true);
  assert.equal(wasNotCanonical(value['plain']), false);
  assert.equal(wasNotCanonical(5), false);
  for (const zero of ['-0', '-0.0', '-0e5']) {
    const parsedZero = parseJsonText(zero, { numbers: 'legacy' });
    assert.ok(parsedZero.ok && Object.is(parsedZero.value, 0), zero);
  }
  const clean = parseJsonText('{"n":1}', { numbers: 'legacy' });
  assert.equal(clean.ok && wasNotCanonical(clean.value), false);
});

test('N-03 depth is counted before anything recurses, and the limit can be set', () => {
  for (const open of ['[', '{"a":', '[{"a":']) {
    const refused = parseJsonText(open.repeat(200_000), { bytesMax: 2_000_000 });
    assert.equal(!refused.ok && refused.kind, 'bad-json');
  }
  assert.equal(parseJsonText('[[[1]]]', { depthMax: 3 }).ok, true);
  assert.equal(parseJsonText('[[[1]]]', { depthMax: 2 }).ok, false);
  assert.equal(parseJsonText('["[[[[", {}]', { depthMax: 2 }).ok, true);
});

test('N-05 strings are kept as they are: no repair, no normalisation, U+0000 and noncharacters included', () => {
  for (const text of ['\0', 'a\0b', '\uffff', '\ufeff', 'e\u0301', '\u00e9', '\u{10ffff}', '\u2028', '\u007f']) {
    const parsed = parseJson(Buffer.from(JSON.stringify({ [text]: text })));
    assert.ok(parsed.ok);
    assert.deepEqual(Object.entries(parsed.value as JsonObject), [[text, text]]);
  }
});

test('MD-15 half of a surrogate pair is refused wherever it stands, escaped or not', () => {
  for (const half of ['\\ud800', '\\uDBFF', '\\udc00', '\\uDfFf', '\\ud83dx', '\\ud83d\\u0041']) {
    for (const body of [`"${half}"`, `{"${half}":1}`, `{"a":["${half}"]}`]) assert.equal(parseJsonText(body).ok, false, body);
  }
  const refused = parseJsonText('"\ud800"');
  assert.equal(!refused.ok && refused.kind, 'not-json');
});

test('a refusal says where, in bytes', () => {
  const at = (text: string): number => {
    const parsed = parseJsonText(text);
    return parsed.ok ? -1 : parsed.position;
  };
  assert.equal(at('{"é":01}'), 7);
  assert.equal(at('{"a":1,"a":2}'), 7);
  assert.equal(at('[1, 2.5]'), 4);
  const invalid = parseJson(Buffer.from([0x22, 0x41, 0xc3, 0x28, 0x22]));
  assert.equal(!invalid.ok && invalid.position, 3);
  const cut = parseJson(Buffer.from([0x22, 0xe2, 0x98]));
  assert.equal(!cut.ok && cut.position, 2);
});

test('bytes and keys are limited', () => {
  const body = Buffer.from(JSON.stringify({ a: 'é' }));
  assert.equal(parseJson(body, { bytesMax: body.length }).ok, true);
  const large = parseJson(body, { bytesMax: body.length - 1 });
  assert.equal(!large.ok && large.kind, 'too-large');
  const text = parseJsonText('{"a":"é"}', { bytesMax: body.length - 1 });
  assert.equal(!text.ok && text.kind, 'too-large');
  assert.equal(parseJsonText('{"a":"é"}', { bytesMax: body.length }).ok, true);
  assert.equal(parseJsonText('{"a":1,"b":{"c":1,"d":2}}', { keysPerObjectMax: 2 }).ok, true);
  const keys = parseJsonText('{"a":1,"b":{"c":1,"d":2,"e":3}}', { keysPerObjectMax: 2 });
  assert.equal(!keys.ok && keys.kind, 'bad-json');
  const big = parseJson(new Uint8Array(1_048_577));
  assert.equal(!big.ok && big.kind, 'too-large');
});
