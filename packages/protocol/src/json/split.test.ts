import assert from 'node:assert/strict';
import { test } from 'node:test';

import fc from 'fast-check';

import { parseJson } from './parse.ts';
import { splitJson } from './split.ts';
import type { JsonObject } from './value.ts';

const options = { lists: ['pdus', 'edus'], itemsMax: 50 } as const;

function split(text: string, more: object = {}): ReturnType<typeof splitJson> {
  return splitJson(Buffer.from(text), { ...options, ...more });
}

function texts(items: readonly Uint8Array[] | undefined): readonly string[] | undefined {
  return items?.map((item) => Buffer.from(item).toString());
}

test('lists are taken out as the bytes of their items, the rest is parsed', () => {
  const body = split(' {"origin":"a.example","pdus" : [ {"a":[1,2]} , 7,"]", null ],"x":{"pdus":[1]},"edus":[]} ');
  assert.ok(body.ok);
  assert.deepEqual({ ...body.rest }, { origin: 'a.example', pdus: [], x: Object.assign(Object.create(null), { pdus: [1] }), edus: [] });
  assert.deepEqual(texts(body.items.get('pdus')), ['{"a":[1,2]}', '7', '"]"', 'null']);
  assert.deepEqual(texts(body.items.get('edus')), []);
});

test('MD-01 an item that the door refuses does not take the others with it', () => {
  const deep = '['.repeat(200) + ']'.repeat(200);
  const body = split(`{"pdus":[{"n":1},{"n":1.5},${deep},{"k":1,"k":2},"\\ud800",{"x":tru},{"n":2}]}`);
  assert.ok(body.ok);
  const outcomes = body.items.get('pdus')?.map((item) => parseJson(item).ok);
  assert.deepEqual(outcomes, [true, false, false, false, false, false, true]);
});

test('a key that is absent or no list is left in the rest', () => {
  const body = split('{"pdus":{"a":1},"edus":null}');
  assert.ok(body.ok);
  assert.equal(body.items.size, 0);
  assert.deepEqual(body.rest['edus'], null);
});

test('a key written with escapes is the same key', () => {
  const body = split('{"\\u0070dus":[1]}');
  assert.ok(body.ok);
  assert.deepEqual(texts(body.items.get('pdus')), ['1']);
});

test('what is broken outside of the items is refused', () => {
  const broken = [
    '',
    '[]',
    '"x"',
    '{',
    '{"pdus"',
    '{"pdus":',
    '{"pdus":[',
    '{"pdus":[1',
    '{"pdus":[1,',
    '{"pdus":[1,]}',
    '{"pdus":[,1]}',
    '{"pdus":[1 2]}',
    '{"pdus":[1]',
    '{"pdus":[1]}}',
    '{"pdus":[1],}',
    '{"pdus":[1] "a":1}',
    '{pdus:[1]}',
    '{"pdus":[],"pdus":[1]}',
    '{"a":1,"a":2}',
    '{"pdus":[1],"n":1.5}',
    '{"pdus":["abc]}',
    '{"pdus":[{]},{}]',
    '{"\\x":1}',
    '{"pdus":[1],"s":"\\ud800"}',
  ];
  for (const text of broken) assert.equal(split(text).ok, false, text);
  const list = split('[1]');
  assert.equal(!list.ok && list.kind, 'bad-json');
});

test('items and bytes are limited', () => {
  const list = (count: number): string => `{"pdus":[${Array.from({ length: count }, () => '1').join(',')}]}`;
  assert.equal(split(list(50)).ok, true);
  const many = split(list(51));
  assert.equal(!many.ok && many.kind, 'bad-json');
  const large = split(list(50), { bytesMax: 20 });
  assert.equal(!large.ok && large.kind, 'too-large');
});

test('splitting and parsing the items gives what parsing at once gives', () => {
  fc.assert(
    fc.property(
      fc.array(fc.json({ maxDepth: 3 }), { maxLength: 5 }),
      fc.json({ maxDepth: 3 }),
      fc.constantFrom('', ' ', '\n\t'),
      (list, other, space) => {
        const text = `{${space}"pdus"${space}:${space}[${list.join(`${space},${space}`)}]${space},"other":${other}}`;
        const whole = parseJson(Buffer.from(text), { numbers: 'any' });
        const body = split(text, { numbers: 'any' });
        assert.equal(body.ok && (body.items.get('pdus') ?? []).every((item) => parseJson(item, { numbers: 'any' }).ok), whole.ok);
        if (!body.ok || !whole.ok) return;
        const parsed = body.items
          .get('pdus')
          ?.map((item) => parseJson(item, { numbers: 'any' }))
          .map((item) => item.ok && item.value);
        assert.deepEqual(parsed, (whole.value as JsonObject)['pdus']);
        assert.deepEqual(body.rest['other'], (whole.value as JsonObject)['other']);
      },
    ),
    { numRuns: 500, seed: 20260107 },
  );
});

test('whatever the bytes are, the answer is a value', () => {
  const pieces = fc.constantFrom('{', '}', '[', ']', '"pdus"', '"a"', ':', ',', '1', '"', '\\', ' ', 'x');
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 16 }), (list) => {
      const text = list.join('');
      const body = split(text);
      const everything = body.ok && [...body.items.values()].flat().every((item) => parseJson(item).ok);
      assert.equal(everything, isAcceptedObject(text), text);
    }),
    { numRuns: 3000, seed: 20260108 },
  );
});

function isAcceptedObject(text: string): boolean {
  const whole = parseJson(Buffer.from(text));
  return whole.ok && typeof whole.value === 'object' && whole.value !== null && !Array.isArray(whole.value);
}
