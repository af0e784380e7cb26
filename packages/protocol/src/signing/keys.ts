import { decodeBase64, encodeBase64 } from '../ids/base64.ts';
import type { KeyId } from '../ids/key-id.ts';
import { parseOwnKeyId } from '../ids/key-id.ts';
import { ed25519, type PrivateKey, type PublicKey } from './ed25519.ts';
import { isKnownBadKey, isWeakPoint } from './weak-keys.ts';

/** Says which public keys (unpadded base64) must not be used. The default knows the keys whose seed is public. */
export type IsBadKey = (publicKey: string) => boolean;

/** A server's own signing key. Holds the private part: never log or serialise it. */
export type SigningKey = {
  readonly keyId: KeyId;
  /** Unpadded base64, as published. */
  readonly publicKey: string;
  readonly privateKey: PrivateKey;
};

/** A public key that is ready to verify with. Make it once when the key is learnt and keep it: parsing costs more than verifying. */
export type VerifyKey = {
  /** Unpadded base64. */
  readonly publicKey: string;
  readonly point: PublicKey;
};

/** The algorithm that Matrix servers sign with. */
export const signingAlgorithm = 'ed25519';

/**
 * The signing key that grows from 32 bytes of a cryptographic random generator, or undefined when the seed has
 * another length, the id is not `ed25519:…` or the public key is one that the world knows the seed of.
 */
export function signingKeyFromSeed(seed: Uint8Array, keyId: string, isBadKey: IsBadKey = isKnownBadKey): SigningKey | undefined {
  const id = parseOwnKeyId(keyId);
  if (id === undefined || seed.length !== 32) return undefined;
  const privateKey = ed25519.privateKey(seed);
  const publicKey = encodeBase64(ed25519.publicBytes(privateKey));
  return isBadKey(publicKey) ? undefined : { keyId: id, publicKey, privateKey };
}

/**
 * A key to verify with, from unpadded base64, or undefined when it is not exactly 32 bytes, is a point of small order
 * (for which signatures mean nothing), or its private part is public knowledge.
 */
export function verifyKeyFromBase64(publicKey: string, isBadKey: IsBadKey = isKnownBadKey): VerifyKey | undefined {
  const bytes = decodeBase64(publicKey);
  if (bytes === undefined || bytes.length !== 32 || isWeakPoint(bytes)) return undefined;
  const canonical = encodeBase64(bytes);
  return isBadKey(canonical) ? undefined : { publicKey: canonical, point: ed25519.publicKey(bytes) };
}

/** The public half of a signing key. */
export function verifyKeyOf(key: SigningKey): VerifyKey {
  return { publicKey: key.publicKey, point: ed25519.publicKey(decodeBase64(key.publicKey) as Uint8Array) };
}
