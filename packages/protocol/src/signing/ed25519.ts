import { ed25519OfNode } from './ed25519-of-node.ts';
import { ed25519OfSodium } from './ed25519-of-sodium.ts';

declare const privateBrand: unique symbol;
declare const publicBrand: unique symbol;

/** A private key in the form of the library that made it. Never log or serialise it. */
export type PrivateKey = { readonly [privateBrand]: true };

/** A public key in the form of the library that made it. */
export type PublicKey = { readonly [publicBrand]: true };

/** Ed25519 (RFC 8032) as one library does it. Keys of one library mean nothing to another. */
export type Ed25519 = {
  /** The private key that grows from a seed of 32 bytes. */
  privateKey(seed: Uint8Array): PrivateKey;
  /** The 32 bytes of the public key that belongs to a private key. */
  publicBytes(key: PrivateKey): Uint8Array;
  /** A public key from its 32 bytes. */
  publicKey(bytes: Uint8Array): PublicKey;
  /** The signature, 64 bytes; the same for the same key and message, whoever makes it. */
  sign(message: Uint8Array, key: PrivateKey): Uint8Array;
  /** Whether `signature` (64 bytes) is right. */
  verify(message: Uint8Array, key: PublicKey, signature: Uint8Array): boolean;
};

/**
 * libsodium where its package has a build for this platform: half the time of Node's own, and the library that most servers of Matrix
 * verify with, so that nobody can sign what one of us takes and the other does not.
 */
export const ed25519: Ed25519 = ed25519OfSodium() ?? ed25519OfNode;
