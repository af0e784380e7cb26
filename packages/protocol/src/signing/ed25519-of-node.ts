import { createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto';

import type { Ed25519, PrivateKey, PublicKey } from './ed25519.ts';
import { isWeakPoint } from './weak-keys.ts';

const privateKeyPrefix = Buffer.from('302e020100300506032b657004220420', 'hex');
const publicKeyPrefix = Buffer.from('302a300506032b6570032100', 'hex');

/** A signature is a point and a number of 32 bytes each. */
const pointBytes = 32;

const toPrivate = (key: KeyObject): PrivateKey => key as unknown as PrivateKey;
const toPublic = (key: KeyObject): PublicKey => key as unknown as PublicKey;
const objectOf = (key: PrivateKey | PublicKey): KeyObject => key as unknown as KeyObject;

/** Ed25519 by node:crypto: on every platform. */
export const ed25519OfNode: Ed25519 = {
  privateKey: (seed) => toPrivate(createPrivateKey({ key: Buffer.concat([privateKeyPrefix, seed]), format: 'der', type: 'pkcs8' })),
  publicBytes: (key) => {
    const der = createPublicKey(objectOf(key)).export({ format: 'der', type: 'spki' });
    return new Uint8Array(der.subarray(publicKeyPrefix.length));
  },
  publicKey: (bytes) => toPublic(createPublicKey({ key: Buffer.concat([publicKeyPrefix, bytes]), format: 'der', type: 'spki' })),
  sign: (message, key) => sign(null, message, objectOf(key)),
  // libsodium refuses a first half of small order, which no honest signature has.
  verify: (message, key, signature) => !isWeakPoint(signature.subarray(0, pointBytes)) && verify(null, message, objectOf(key), signature),
};
