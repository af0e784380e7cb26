import assert from 'node:assert/strict';
import { test } from 'node:test';

import { decodeBase64, encodeBase64 } from '../ids/base64.ts';
import { ed25519 } from './ed25519.ts';
import { sha256 } from './hashes.ts';
import { signingKeyFromSeed, verifyKeyFromBase64, verifyKeyOf } from './keys.ts';
import { isValidSignature, signText } from './sign-json.ts';
import { isKnownBadKey, isWeakPoint } from './weak-keys.ts';

const seed = (fill: number): Uint8Array => new Uint8Array(32).fill(fill);
const specSeed = decodeBase64('YJDBA9Xnr2sVqXD9Vj7XVUnmFZcZrlw8Md7kMW+3XA1') as Uint8Array;

test('a key grows from its seed, always the same, and its public half is what is published', () => {
  const key = signingKeyFromSeed(seed(5), 'ed25519:a_1');
  assert.ok(key);
  assert.equal(key.keyId, 'ed25519:a_1');
  assert.equal(key.publicKey, signingKeyFromSeed(seed(5), 'ed25519:b')?.publicKey);
  assert.equal(key.publicKey, encodeBase64(ed25519.publicBytes(key.privateKey)));
  assert.equal(key.publicKey.length, 43);
  const verify = verifyKeyFromBase64(key.publicKey);
  assert.ok(verify);
  assert.equal(isValidSignature('text', signText('text', key), verify), true);
  assert.equal(isValidSignature('text', signText('text', key), verifyKeyOf(key)), true);
  assert.equal(isValidSignature('other', signText('text', key), verify), false);
});

test('seeds of another length and ids of other algorithms make no key', () => {
  for (const length of [0, 31, 33, 64]) assert.equal(signingKeyFromSeed(new Uint8Array(length).fill(3), 'ed25519:1'), undefined);
  for (const keyId of ['', 'ed25519', 'ed25519:', 'rsa:1', 'ed25519:a-b', 'ed25519:a b'])
    assert.equal(signingKeyFromSeed(seed(3), keyId), undefined, keyId);
});

test('EA-19 10,000 seeds give 10,000 keys', () => {
  const publicKeys = new Set<string>();
  for (let count = 0; count < 10_000 - 256; count += 1)
    publicKeys.add(signingKeyFromSeed(sha256(`seed ${count}`), 'ed25519:1')?.publicKey ?? '');
  // And seeds that differ in a single bit.
  for (let bit = 0; bit < 256; bit += 1) {
    const flipped = seed(9);
    flipped[bit >> 3] = (flipped[bit >> 3] as number) ^ (1 << (bit & 7));
    publicKeys.add(signingKeyFromSeed(flipped, 'ed25519:1')?.publicKey ?? '');
  }
  assert.equal(publicKeys.size, 10_000);
  assert.equal(publicKeys.has(''), false);
});

test('EA-19 keys whose seed the world knows are refused for ourselves and from peers', () => {
  for (const bad of [specSeed, seed(0), seed(255)]) {
    assert.equal(signingKeyFromSeed(bad, 'ed25519:1'), undefined);
    const key = signingKeyFromSeed(bad, 'ed25519:1', () => false);
    assert.ok(key);
    assert.equal(isKnownBadKey(key.publicKey), true);
    assert.equal(verifyKeyFromBase64(key.publicKey), undefined);
    assert.equal(verifyKeyFromBase64(`${key.publicKey}=`), undefined);
    assert.ok(verifyKeyFromBase64(key.publicKey, () => false));
  }
});

test('EA-19 an operator can name more bad keys', () => {
  const leaked = signingKeyFromSeed(seed(77), 'ed25519:1')?.publicKey ?? '';
  assert.equal(
    signingKeyFromSeed(seed(77), 'ed25519:1', (publicKey) => publicKey === leaked),
    undefined,
  );
  assert.equal(
    verifyKeyFromBase64(leaked, (publicKey) => publicKey === leaked),
    undefined,
  );
  assert.ok(verifyKeyFromBase64(leaked, isKnownBadKey));
});

test('public keys of another length or another alphabet are refused', () => {
  const right = signingKeyFromSeed(seed(5), 'ed25519:1')?.publicKey ?? '';
  for (const text of ['', 'AAAA', right.slice(1), `${right}A`, `${right}AAAA`, `${right.slice(0, 42)}!`, ' ', right.replace(/./, 'é')])
    assert.equal(verifyKeyFromBase64(text), undefined, text);
});

/** Every encoding of a point of small order: the five values of y, those of them that fit once more above the prime, both signs. */
const smallOrder = ['00', '01', 'ec', 'ed', 'ee'].flatMap((low) => {
  const middle = low === '00' || low === '01' ? '00'.repeat(30) : 'ff'.repeat(30);
  return low === '00' || low === '01' ? [`${low}${middle}00`, `${low}${middle}80`] : [`${low}${middle}7f`, `${low}${middle}ff`];
});
const orderEight = [
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03',
];
smallOrder.push(...orderEight.flatMap((hex) => (hex.startsWith('26') ? [`${hex}05`, `${hex}85`] : [`${hex}7a`, `${hex}fa`])));

test('points of small order are no keys: signatures for them need no secret', () => {
  assert.equal(smallOrder.length, 14);
  for (const hex of smallOrder) {
    const bytes = new Uint8Array(Buffer.from(hex, 'hex'));
    assert.equal(isWeakPoint(bytes), true, hex);
    assert.equal(verifyKeyFromBase64(encodeBase64(bytes)), undefined, hex);
  }
});

test('only the one encoding of a point is a key', () => {
  for (let low = 0xed; low <= 0xff; low += 1) {
    for (const high of [0x7f, 0xff]) assert.equal(isWeakPoint(new Uint8Array(32).fill(0xff).with(0, low).with(31, high)), true);
  }
  assert.equal(isWeakPoint(new Uint8Array(32).fill(0xff).with(0, 0xeb).with(31, 0x7f)), false);
  assert.equal(isWeakPoint(new Uint8Array(32).fill(0xff).with(0, 0xed).with(15, 0).with(31, 0x7f)), false);
  assert.equal(isWeakPoint(new Uint8Array(32).fill(0xff).with(0, 0xed).with(31, 0x7e)), false);
});

test('a signature is exactly 64 bytes', () => {
  const key = signingKeyFromSeed(seed(5), 'ed25519:1');
  assert.ok(key);
  const right = signText('text', key);
  const bytes = decodeBase64(right) as Uint8Array;
  assert.equal(bytes.length, 64);
  assert.equal(isValidSignature('text', `${right}==`, verifyKeyOf(key)), true);
  for (const wrong of [
    '',
    right.slice(0, 84),
    encodeBase64(bytes.subarray(0, 63)),
    encodeBase64(new Uint8Array([...bytes, 0])),
    encodeBase64(new Uint8Array(64)),
  ]) {
    assert.equal(isValidSignature('text', wrong, verifyKeyOf(key)), false, wrong);
  }
});
