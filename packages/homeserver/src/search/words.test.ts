import assert from 'node:assert/strict';
import { test } from 'node:test';

import fc from 'fast-check';

import { termOf, wordsOf } from './words.ts';

const words = (text: string): string[] => [...wordsOf(text)];

test('words are what stands between spaces and signs, without case', () => {
  assert.deepEqual(words('Hello, World! it_is 42.'), ['hello', 'world', 'it_is', '42']);
  assert.deepEqual(words(''), []);
  assert.deepEqual(words('...!?'), []);
});

test('letters count without their marks, and full width as half', () => {
  assert.deepEqual(words('Café ΆΛΦΑ Ёлка ＡＢＣ'), ['cafe', 'αλφα', 'елка', 'abc']);
});

test('a text is cut in the same way whatever else it holds', () => {
  for (const text of ["don't stop", 'version 3.14', 'it_is a.b:c']) assert.deepEqual(words(`${text} \u{1F600}`), words(text));
});

test('Chinese, Japanese and Thai are cut into words', () => {
  assert.deepEqual(words('我喜欢音乐'), ['我', '喜欢', '音乐']);
  assert.ok(words('私は東京に住んでいます').includes('東京'));
  assert.deepEqual(words('ภาษาไทยง่าย'), ['ภาษา', 'ไทย', 'ง่าย']);
});

test('a word is found by itself in any text around it, and terms hold letters and digits only', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      for (const word of words(text)) {
        assert.match(termOf('body', word), /^b[au][a-z0-9]+$/);
        assert.ok(word.length <= 64 && word.isWellFormed());
      }
    }),
    { seed: 8, numRuns: 1_000 },
  );
  assert.notEqual(termOf('body', 'a'), termOf('name', 'a'));
  assert.notEqual(termOf('body', '61'), termOf('body', 'ä'), 'hexadecimal digits are no words');
});
