import { createHash, createPrivateKey, createPublicKey, hash, sign, verify } from 'node:crypto';
import type { KeyObject } from 'node:crypto';

import { encodeUtf8 } from '../json/utf8.ts';

/**
 * The only file of this package that touches a crypto library: SHA-256 and ed25519. A port to another platform
 * replaces these functions.
 */
export type { KeyObject };

const privateKeyPrefix = Buffer.from('302e020100300506032b657004220420', 'hex');
const publicKeyPrefix = Buffer.from('302a300506032b6570032100', 'hex');

/** SHA-256 of bytes, or of the UTF-8 form of a text. */
export function sha256(data: Uint8Array | string): Uint8Array {
  return hash('sha256', data, 'buffer');
}

/** The same in unpadded base64, which is what nearly all hashes are wanted in. */
export function sha256Base64(data: Uint8Array | string, alphabet: 'base64' | 'base64url'): string {
  const text = hash('sha256', data, alphabet);
  return alphabet === 'base64' ? text.slice(0, sha256Base64Length) : text;
}

/** 32 bytes; behind it stands one character of padding. */
const sha256Base64Length = 43;

/** SHA-1 of the UTF-8 form of a text, in hexadecimal: the last tie-break of state resolution in room version 1. */
export function sha1Hex(text: string): string {
  return createHash('sha1').update(text).digest('hex');
}

/** The private key that grows from a seed of 32 bytes. */
export function ed25519PrivateKey(seed: Uint8Array): KeyObject {
  return createPrivateKey({ key: Buffer.concat([privateKeyPrefix, seed]), format: 'der', type: 'pkcs8' });
}

/** The 32 bytes of the public key that belongs to a private key. */
export function ed25519PublicBytes(privateKey: KeyObject): Uint8Array {
  const der = createPublicKey(privateKey).export({ format: 'der', type: 'spki' });
  return new Uint8Array(der.subarray(publicKeyPrefix.length));
}

/** A public key from its 32 bytes. */
export function ed25519PublicKey(bytes: Uint8Array): KeyObject {
  return createPublicKey({ key: Buffer.concat([publicKeyPrefix, bytes]), format: 'der', type: 'spki' });
}

export function ed25519Sign(message: string, privateKey: KeyObject): Uint8Array {
  return sign(null, encodeUtf8(message), privateKey);
}

export function ed25519Verify(message: string, publicKey: KeyObject, signature: Uint8Array): boolean {
  return verify(null, encodeUtf8(message), publicKey, signature);
}
