import assert from 'node:assert/strict';
import { test } from 'node:test';

import fc from 'fast-check';

import type { GlobOptions } from './glob.ts';
import { compileGlob, foldCase } from './glob.ts';

/** What a glob means, by the book: exponential, and only for small patterns. */
function reference(pattern: readonly string[], text: readonly string[], starsOnly: boolean): boolean {
  const [head, ...rest] = pattern;
  if (head === undefined) return text.length === 0;
  if (head === '*') return text.some((_, i) => reference(rest, text.slice(i), starsOnly)) || reference(rest, [], starsOnly);
  if (text.length === 0) return false;
  return ((head === '?' && !starsOnly) || head === text[0]) && reference(rest, text.slice(1), starsOnly);
}

function referenceWords(pattern: readonly string[], text: readonly string[]): boolean {
  const isWord = (char: string | undefined): boolean => char !== undefined && /^[A-Za-z0-9_]$/.test(char);
  const boundary = (at: number): boolean => !isWord(text[at - 1]) || !isWord(text[at]);
  for (let from = 0; from <= text.length; from += 1) {
    for (let to = from; to <= text.length; to += 1) {
      if (boundary(from) && boundary(to) && reference(pattern, text.slice(from, to), false)) return true;
    }
  }
  return false;
}

const patternOf = fc.array(fc.constantFrom('a', 'b', '*', '?', ' ', '😀'), { maxLength: 7 });
const textOf = fc.array(fc.constantFrom('a', 'b', '?', ' ', '😀'), { maxLength: 9 });

test('a glob says the same as a naive matcher', () => {
  fc.assert(
    fc.property(patternOf, textOf, fc.boolean(), (pattern, text, starsOnly) => {
      const glob = compileGlob(pattern.join(''), { starsOnly });
      assert.equal(glob.matches(text.join('')), reference(pattern, text, starsOnly));
    }),
    { numRuns: 1000, seed: 10 },
  );
});

test('a glob between word boundaries says the same as trying every part of the text', () => {
  fc.assert(
    fc.property(patternOf, textOf, (pattern, text) => {
      assert.equal(compileGlob(pattern.join(''), { words: true }).matches(text.join('')), referenceWords(pattern, text));
    }),
    { numRuns: 1000, seed: 10 },
  );
});

test('pieces longer than a machine word are found wherever they stand', () => {
  const sizes = fc.integer({ min: 28, max: 70 });
  fc.assert(
    fc.property(sizes, fc.integer({ min: 0, max: 26 }), fc.integer({ min: 0, max: 40 }), fc.boolean(), (size, wild, before, spoil) => {
      const piece = Array.from({ length: size }, (_, i) => String.fromCodePoint(97 + ((i * i) % 23)));
      const text = [...piece];
      if (spoil) text[size - 1] = 'Z';
      const pattern = piece.map((char, i) => (i === wild ? '?' : char)).join('');
      assert.equal(compileGlob(`*${pattern}*`).matches('a'.repeat(before) + text.join('') + 'tail'), !spoil);
    }),
    { numRuns: 200, seed: 10 },
  );
});

/** All texts of these letters up to a length. */
function allTexts(letters: readonly string[], lengthMax: number): readonly string[] {
  let longest = [''];
  const all = [''];
  for (let length = 1; length <= lengthMax; length += 1) {
    longest = longest.flatMap((text) => letters.map((letter) => text + letter));
    all.push(...longest);
  }
  return all;
}

test('pieces that repeat themselves are found in every small text as the engine finds them', () => {
  const texts = allTexts(['a', 'b'], 9);
  for (const piece of allTexts(['a', 'b'], 5)) {
    const glob = compileGlob(`*${piece}*`);
    for (const text of texts) assert.equal(glob.matches(text), text.includes(piece), `${piece} in ${text}`);
  }
});

test('repeating pieces between word boundaries are found as a regular expression finds them', () => {
  const texts = allTexts(['a', 'b', ' '], 6);
  for (const piece of allTexts(['a', 'b', '?'], 3).slice(1)) {
    const glob = compileGlob(piece, { words: true });
    // Where both neighbours are word characters there is no boundary.
    const expected = new RegExp(`(?<!\\w(?=\\w))${piece.replaceAll('?', '.')}(?!(?<=\\w)\\w)`);
    for (const text of texts) assert.equal(glob.matches(text), expected.test(text), `${piece} in ${text}`);
  }
});

test('letters, digits and the underscore are word characters, their neighbours in the code table are not', () => {
  const isWord = (char: string): boolean => !compileGlob('x', { words: true }).matches(`${char}x`);
  for (const char of 'azAZ09_') assert.equal(isWord(char), true, char);
  for (const char of '`{@[/:^-é😀') assert.equal(isWord(char), false, char);
});

test('one character is one code point, and a lone surrogate is one too', () => {
  const one = compileGlob('<?>');
  for (const char of ['\u{10000}', '\u{10ffff}', '\uffff', '\ud7ff', '\ue000', '\ud800', '\udbff', '\udc00', '\udfff'])
    assert.equal(one.matches(`<${char}>`), true);
  assert.equal(one.matches('<\ud800\ud800>'), false);
  assert.equal(compileGlob('\u{10000}?').matches('\u{10000}x'), true);
});

const cases: readonly (readonly [pattern: string, text: string, expected: boolean, options?: GlobOptions])[] = [
  ['', '', true],
  ['', 'a', false],
  ['*', '', true],
  ['?', '', false],
  ['?', '😀', true],
  ['??', '😀', false],
  ['m.room.*', 'm.room.message', true],
  ['m.room.*', 'm.roomXmessage', false],
  ['a.c', 'abc', false],
  ['*?a*ab', 'xxab', false],
  ['*?a*ab', 'xaab', true],
  ['lunc?*', 'Lunch plans', true, { ignoreCase: true }],
  ['lunc?*', 'LUNCH', true, { ignoreCase: true }],
  ['lunc?*', ' lunch', false, { ignoreCase: true }],
  ['lunc?*', 'lunc', false, { ignoreCase: true }],
  ['lunch', 'LUNCH', false],
  ['ΣΟΦΟΣ*', 'σοφοσα', true, { ignoreCase: true }],
  ['ΟΔΟΣ', 'οδος', true, { ignoreCase: true }],
  ['ex*ple', 'An example event.', true, { words: true }],
  ['ex*ple', 'exple', true, { words: true }],
  ['ex*ple', 'An exciting triple-whammy', true, { words: true }],
  ['ex*ple', 'An hexample event', false, { words: true }],
  ['ex*ple', 'examples', false, { words: true }],
  ['cake', 'cakes, pancake, cake', true, { words: true }],
  ['cake', 'cakes, pancake_cake', false, { words: true }],
  ['cake', 'écake', true, { words: true }],
  ['aa', 'aaa aa', true, { words: true }],
  ['c?ke', 'pancake cake', true, { words: true }],
  ['c?ke', 'pancake cakes', false, { words: true }],
  ['b*c?ke', 'b pancakes cake', true, { words: true }],
  ['', 'anything', true, { words: true }],
  ['*', '', true, { words: true }],
  ['what?', 'what? no', true, { words: true, starsOnly: true }],
  ['what?', 'whats', false, { starsOnly: true }],
  ['*?', 'whats', false, { starsOnly: true }],
  ['a*?', 'a*?', true, { literal: true }],
  ['a*?', 'abc', false, { literal: true }],
];

test('single cases of the specification and of the borders', () => {
  for (const [pattern, text, expected, options] of cases) {
    assert.equal(compileGlob(pattern, options).matches(text), expected, `${pattern} on ${text} ${JSON.stringify(options)}`);
  }
});

test('folding is the same for a text and for its parts', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 6 }), fc.string({ unit: 'grapheme', maxLength: 6 }), (a, b) => {
      assert.equal(foldCase(a + b), foldCase(a) + foldCase(b));
      assert.equal(foldCase(foldCase(a)), foldCase(a));
    }),
    { numRuns: 1000, seed: 10 },
  );
});
