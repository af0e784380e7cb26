import assert from 'node:assert/strict';
import { test } from 'node:test';

import fc from 'fast-check';

import { gapBefore, parseToken, shortIncarnation, writeSyncToken, writeTimelineToken } from './tokens.ts';

const number = fc.nat(Number.MAX_SAFE_INTEGER);

test('a sync token comes back as it was written', () => {
  fc.assert(
    fc.property(fc.string(), number, fc.stringMatching(/^[a-z0-9]{1,16}$/), number, number, (life, position, epoch, ephemeral, device) => {
      const incarnation = shortIncarnation(life.replaceAll(/[^A-Za-z0-9_-]/g, 'x'));
      const token = { incarnation, position, epoch, ephemeral, toDevice: Math.min(device, position) };
      assert.deepEqual(parseToken(writeSyncToken(token)), { kind: 'sync', ...token });
    }),
  );
});

test('a timeline token comes back as it was written', () => {
  fc.assert(
    fc.property(number, number, (depth, place) => {
      assert.deepEqual(parseToken(writeTimelineToken({ depth, number: place })), { kind: 'timeline', depth, number: place });
    }),
  );
});

test('what we did not write is no token', () => {
  for (const text of [
    '',
    's',
    't',
    't1',
    't1_',
    't-1_2',
    't99999999999999999_1',
    't9999999999999999_1',
    'sabcdefgh_1_e',
    'END',
    '0',
    't1_2 ',
    's1_2',
  ]) {
    assert.equal(parseToken(text), undefined, text);
  }
});

test('the gap before an event is after everything that sorts below it', () => {
  assert.deepEqual(gapBefore({ depth: 7, number: 40 }), { kind: 'timeline', depth: 7, number: 39 });
});
