import { createRequire } from 'node:module';

import type { Ed25519, PrivateKey, PublicKey } from './ed25519.ts';

/** What we use of sodium-native. Results are written into the first argument. */
type Sodium = {
  crypto_sign_seed_keypair(publicKey: Uint8Array, secretKey: Uint8Array, seed: Uint8Array): void;
  crypto_sign_detached(signature: Uint8Array, message: Uint8Array, secretKey: Uint8Array): void;
  crypto_sign_verify_detached(signature: Uint8Array, message: Uint8Array, publicKey: Uint8Array): boolean;
};

/** A secret key of libsodium is the seed with the public key behind it. */
const publicOffset = 32;
const secretBytes = 64;
const signatureBytes = 64;

const toPrivate = (secret: Uint8Array): PrivateKey => secret as unknown as PrivateKey;
const toPublic = (bytes: Uint8Array): PublicKey => bytes as unknown as PublicKey;
const bytesOf = (key: PrivateKey | PublicKey): Uint8Array => key as unknown as Uint8Array;

/** Ed25519 by libsodium; undefined where its optional package is not installed or has no build. */
export function ed25519OfSodium(): Ed25519 | undefined {
  const sodium = load();
  if (sodium === undefined) return undefined;
  return {
    privateKey: (seed) => {
      const secret = new Uint8Array(secretBytes);
      sodium.crypto_sign_seed_keypair(new Uint8Array(publicOffset), secret, seed);
      return toPrivate(secret);
    },
    publicBytes: (key) => bytesOf(key).slice(publicOffset),
    publicKey: (bytes) => toPublic(Uint8Array.from(bytes)),
    sign: (message, key) => {
      const signature = new Uint8Array(signatureBytes);
      sodium.crypto_sign_detached(signature, message, bytesOf(key));
      return signature;
    },
    verify: (message, key, signature) => sodium.crypto_sign_verify_detached(signature, message, bytesOf(key)),
  };
}

function load(): Sodium | undefined {
  try {
    return createRequire(import.meta.url)('sodium-native') as Sodium;
  } catch {
    return undefined;
  }
}
