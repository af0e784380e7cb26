import assert from 'node:assert/strict';
import { test } from 'node:test';

import { compileGlob } from './glob.ts';
import { stepCounter } from './testing/step-counter.ts';

const stepsOf = stepCounter(['glob.ts', 'glob-piece.ts']);

test('MD-10, N-07: no pattern makes 64 KiB of text more than a few steps for each of its characters', () => {
  const long = 'a'.repeat(65_536);
  const patterns = [
    '*a'.repeat(12),
    `${'*a'.repeat(12)}b`,
    `*${'a'.repeat(500)}b*`,
    `*b${'a'.repeat(500)}*`,
    `*${'?a'.repeat(250)}b*`,
    '*?'.repeat(500),
  ];
  for (const pattern of patterns) {
    for (const words of [false, true]) {
      const glob = compileGlob(pattern, { words, ignoreCase: true });
      // A piece with wildcards costs one step for each 32 characters of it.
      const wordsOfPiece = Math.ceil(Math.max(...pattern.split('*').map((piece) => piece.length)) / 32);
      const steps = stepsOf(() => glob.matches(long));
      assert.ok(steps > 0 && steps <= 2 * long.length * wordsOfPiece, `${pattern.slice(0, 20)}… took ${steps} steps`);
    }
  }
});
