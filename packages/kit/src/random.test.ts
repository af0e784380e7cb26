import assert from 'node:assert/strict';
import { test } from 'node:test';

import { capitals, letters, randomFrom, systemRandom } from './random.ts';
import { seededRandom } from './testing/seeded-random.ts';

test('a token of 256 bits has 43 url-safe characters and does not repeat', () => {
  const random = systemRandom();
  const tokens = new Set(Array.from({ length: 1000 }, () => random.token(256)));
  assert.equal(tokens.size, 1000);
  for (const token of tokens) assert.match(token, /^[A-Za-z0-9_-]{43}$/);
});

test('characters are drawn evenly: bytes that would favour some are thrown away', () => {
  // 260 bytes of each value once: with the remainder kept, the first 256 % 26 letters would come more often.
  const everyByte = Buffer.from(Array.from({ length: 256 }, (_, index) => index));
  let offset = 0;
  const random = randomFrom((length) => {
    const taken = Buffer.alloc(length);
    for (let i = 0; i < length; i++) taken[i] = everyByte[offset++ % 256] ?? 0;
    return taken;
  });
  const counts = new Map<string, number>();
  for (const char of random.text(234, capitals)) counts.set(char, (counts.get(char) ?? 0) + 1);
  assert.deepEqual([...new Set(counts.values())], [9]);
});

test('integers stay below their end and reach every value', () => {
  const random = seededRandom(7);
  const seen = new Set(Array.from({ length: 200 }, () => random.integer(5)));
  assert.deepEqual(
    [...seen].sort((a, b) => a - b),
    [0, 1, 2, 3, 4],
  );
  assert.throws(() => random.integer(0));
});

test('the same seed gives the same stream, another seed another one', () => {
  const draw = (seed: number): string => {
    const random = seededRandom(seed);
    return random.text(20, letters) + random.token(128) + random.bytes(70).toString('hex');
  };
  assert.equal(draw(1), draw(1));
  assert.notEqual(draw(1), draw(2));
});
