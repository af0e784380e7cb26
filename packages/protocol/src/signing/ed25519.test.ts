import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';

import fc from 'fast-check';

import { encodeUtf8 } from '../json/utf8.ts';
import { ed25519OfNode } from './ed25519-of-node.ts';
import { ed25519OfSodium } from './ed25519-of-sodium.ts';
import { ed25519 } from './ed25519.ts';

const sodium = ed25519OfSodium();
const libraries = sodium === undefined ? [ed25519OfNode] : [ed25519OfNode, sodium];
const hex = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'hex'));

/** RFC 8032, section 7.1, tests 1 to 3. */
const published = [
  {
    seed: '9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60',
    publicKey: 'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a',
    message: '',
    signature:
      'e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b',
  },
  {
    seed: '4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb',
    publicKey: '3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c',
    message: '72',
    signature:
      '92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00',
  },
  {
    seed: 'c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7',
    publicKey: 'fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025',
    message: 'af82',
    signature:
      '6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a',
  },
];

test('where libsodium is installed it is what signs and verifies', { skip: sodium === undefined && 'libsodium is not here' }, () => {
  const key = ed25519.privateKey(new Uint8Array(32).fill(7));
  assert.equal((key as unknown as Uint8Array).length, 64, 'a key of libsodium');
});

for (const [index, library] of libraries.entries()) {
  const name = index === 0 ? 'node:crypto' : 'libsodium';

  test(`${name}: the published keys make the published signatures`, () => {
    for (const { seed, publicKey, message, signature } of published) {
      const key = library.privateKey(hex(seed));
      assert.deepEqual(Buffer.from(library.publicBytes(key)).toString('hex'), publicKey);
      assert.deepEqual(Buffer.from(library.sign(hex(message), key)).toString('hex'), signature);
      assert.ok(library.verify(hex(message), library.publicKey(hex(publicKey)), hex(signature)));
    }
  });

  test(`${name}: a signature has one form`, () => {
    const [, { publicKey, message, signature }] = published as [unknown, (typeof published)[number]];
    const key = library.publicKey(hex(publicKey));
    assert.equal(library.verify(hex(message), key, plusOrder(hex(signature))), false, 'S + L is S again');
  });

  test(`${name}: a signature whose first half is of small order is refused, though its owner made it`, () => {
    const seed = new Uint8Array(32).fill(9);
    const publicBytes = library.publicBytes(library.privateKey(seed));
    const message = encodeUtf8('without a nonce');
    assert.equal(library.verify(message, library.publicKey(publicBytes), signatureWithoutNonce(seed, publicBytes, message)), false);
  });
}

test(
  'both libraries make the same signatures and judge changed ones alike',
  { skip: sodium === undefined && 'libsodium is not here' },
  () => {
    assert.ok(sodium !== undefined);
    const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
    const change = fc.record({ at: fc.nat(63), bit: fc.nat(7), do: fc.boolean() });
    fc.assert(
      fc.property(bytes(32), fc.string(), change, (seed, text, { at, bit, do: changed }) => {
        const message = encodeUtf8(text);
        const own = sodium.privateKey(seed);
        const signature = sodium.sign(message, own);
        assert.deepEqual(new Uint8Array(ed25519OfNode.sign(message, ed25519OfNode.privateKey(seed))), signature);
        if (changed) signature[at] = (signature[at] ?? 0) ^ (1 << bit);
        const publicBytes = sodium.publicBytes(own);
        assert.equal(sodium.verify(message, sodium.publicKey(publicBytes), signature), !changed);
        assert.equal(ed25519OfNode.verify(message, ed25519OfNode.publicKey(publicBytes), signature), !changed);
      }),
      { numRuns: 200 },
    );
  },
);

/** R is the neutral point and S = H(R, A, M) · a: the equation holds, and the private key could be read from it. */
function signatureWithoutNonce(seed: Uint8Array, publicBytes: Uint8Array, message: Uint8Array): Uint8Array {
  const first = hex(`01${'00'.repeat(31)}`);
  const secret = createHash('sha512').update(seed).digest().subarray(0, 32);
  secret[0] = (secret[0] ?? 0) & 0xf8;
  secret[31] = ((secret[31] ?? 0) & 0x7f) | 0x40;
  const hash = createHash('sha512').update(first).update(publicBytes).update(message).digest();
  const product = ((integer(hash) % order) * (integer(secret) % order)) % order;
  const second = Buffer.from(product.toString(16).padStart(64, '0'), 'hex').reverse();
  return new Uint8Array(Buffer.concat([first, second]));
}

const order = 2n ** 252n + 27742317777372353535851937790883648493n;

function integer(littleEndian: Uint8Array): bigint {
  return BigInt(`0x${Buffer.from(littleEndian).reverse().toString('hex')}`);
}

/** The same signature with the order of the group added to its second half. */
function plusOrder(signature: Uint8Array): Uint8Array {
  const second = integer(signature.subarray(32)) + order;
  const bytes = Buffer.from(second.toString(16).padStart(64, '0'), 'hex').reverse();
  return new Uint8Array(Buffer.concat([signature.subarray(0, 32), bytes]));
}
