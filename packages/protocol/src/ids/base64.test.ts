import assert from 'node:assert/strict';
import { test } from 'node:test';

import fc from 'fast-check';

import { decodeBase64, decodeBase64Url, encodeBase64, encodeBase64Url, writeBase64 } from './base64.ts';

test('base64 is written without padding', () => {
  const texts = ['', 'f', 'fo', 'foo', 'foob', 'fooba', 'foobar'];
  assert.deepEqual(
    texts.map((text) => encodeBase64(Buffer.from(text))),
    ['', 'Zg', 'Zm8', 'Zm9v', 'Zm9vYg', 'Zm9vYmE', 'Zm9vYmFy'],
  );
  assert.equal(encodeBase64(Uint8Array.of(0xfb, 0xff)), '+/8');
  assert.equal(encodeBase64Url(Uint8Array.of(0xfb, 0xff)), '-_8');
});

test('base64 is read with or without padding, the standard reader in both alphabets', () => {
  const bytes = Buffer.from([0xfb, 0xff]);
  for (const text of ['+/8', '+/8=', '-_8', '-_8=', '+_8']) assert.deepEqual(Buffer.from(decodeBase64(text) as Uint8Array), bytes, text);
  for (const text of ['-_8', '-_8=']) assert.deepEqual(Buffer.from(decodeBase64Url(text) as Uint8Array), bytes, text);
  assert.equal(decodeBase64Url('+/8'), undefined);
});

test('what is not base64 is refused', () => {
  for (const text of ['A', 'AAAAA', 'A=', 'AA=', 'AAA==', 'A===', '====', '=', 'AA A', 'AA\n', 'AAé', 'AA=A', 'AA.=', '\u0100AAA']) {
    assert.equal(decodeBase64(text), undefined, text);
    assert.equal(decodeBase64Url(text), undefined, text);
  }
});

test('base64 agrees with another implementation on all bytes', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 70 }), (bytes) => {
      const buffer = Buffer.from(bytes);
      assert.equal(encodeBase64(bytes), buffer.toString('base64').replace(/=+$/, ''));
      assert.equal(encodeBase64Url(bytes), buffer.toString('base64url'));
      assert.equal(writeBase64(bytes, false), encodeBase64(bytes));
      assert.equal(writeBase64(bytes, true), encodeBase64Url(bytes));
      assert.deepEqual(Buffer.from(decodeBase64(buffer.toString('base64')) as Uint8Array), buffer);
      assert.deepEqual(Buffer.from(decodeBase64Url(encodeBase64Url(bytes)) as Uint8Array), buffer);
    }),
    { numRuns: 500, seed: 20260109 },
  );
});
