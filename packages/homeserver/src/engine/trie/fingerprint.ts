import { hash } from 'node:crypto';

import { TrieError } from './trie-error.ts';

/**
 * A state's fingerprint is the sum, modulo 2^128, of a keyed hash of each of its (key, event) pairs: the order in which
 * they came does not matter, and a change costs one subtraction and one addition. The hash has a key because others
 * choose what goes into a room: who could compute it could look for two states with the same sum.
 */
export type Fingerprint = bigint;

/** The keyed hash of one pair, 0 to 2^128 - 1. */
export type PairHash = (key: number, event: number) => bigint;

export const fingerprintBytes = 16;
const secretBytes = 32;

/**
 * SHA-256 over the secret and the pair, cut to 128 bits. All inputs have the same length and fill one block, so the plain
 * prefix is a sound key here (no extension), and costs a third of HMAC. The secret belongs to the database: all nodes
 * that share one must hand in the same 32 bytes, for ever.
 */
export function createPairHash(secret: Uint8Array): PairHash {
  if (secret.length !== secretBytes) throw new TrieError('out-of-range', `state trie: the fingerprint's secret has ${secret.length} bytes`);
  const block = Buffer.alloc(secretBytes + 16);
  block.set(secret);
  return (key, event) => {
    writeInteger(block, key, secretBytes);
    writeInteger(block, event, secretBytes + 8);
    return readBigUint128(hash('sha256', block, 'buffer'), 0);
  };
}

export function addPair(sum: Fingerprint, pair: bigint): Fingerprint {
  return BigInt.asUintN(128, sum + pair);
}

export function removePair(sum: Fingerprint, pair: bigint): Fingerprint {
  return BigInt.asUintN(128, sum - pair);
}

export function writeFingerprint(sum: Fingerprint): Uint8Array {
  const bytes = Buffer.alloc(fingerprintBytes);
  bytes.writeBigUInt64BE(sum >> 64n, 0);
  bytes.writeBigUInt64BE(BigInt.asUintN(64, sum), 8);
  return bytes;
}

export function readFingerprint(bytes: Uint8Array): Fingerprint {
  return readBigUint128(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length), 0);
}

function writeInteger(into: Buffer, value: number, offset: number): void {
  into.writeUInt32BE(Math.floor(value / 2 ** 32), offset);
  into.writeUInt32BE(value % 2 ** 32, offset + 4);
}

function readBigUint128(bytes: Buffer, offset: number): bigint {
  return (bytes.readBigUInt64BE(offset) << 64n) | bytes.readBigUInt64BE(offset + 8);
}
