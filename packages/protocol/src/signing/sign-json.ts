import { decodeBase64, encodeBase64 } from '../ids/base64.ts';
import { keyAlgorithmOf } from '../ids/key-id.ts';
import type { CanonicalNumbers } from '../json/canonical.ts';
import { canonicalJson } from '../json/canonical.ts';
import { own, ownObject, withKey, withoutKeys } from '../json/object.ts';
import { encodeUtf8 } from '../json/utf8.ts';
import type { JsonObject } from '../json/value.ts';
import { allow, reject } from '../verdict.ts';
import type { Verdict } from '../verdict.ts';
import { ed25519 } from './ed25519.ts';
import type { SigningKey, VerifyKey } from './keys.ts';
import { signingAlgorithm } from './keys.ts';

/** Gives the key of `entity` to verify with, or undefined when it is unknown or must not count. */
export type KeyLookup = (entity: string, keyId: string) => VerifyKey | undefined;

/** Most signatures of one entity that are looked at; nobody has more keys in use. */
const signaturesPerEntityMax = 20;

/** The text of an object that its signatures cover: canonical, without `signatures` and `unsigned`. */
export function signedText(object: JsonObject, numbers: CanonicalNumbers = 'canonical'): string {
  return canonicalJson(withoutKeys(object, ['signatures', 'unsigned']), numbers);
}

/** The object with one more signature by `entity`; other signatures and `unsigned` stay (https://spec.matrix.org/v1.19/appendices/#signing-details). */
export function signJson(object: JsonObject, entity: string, key: SigningKey): JsonObject {
  return withSignature(object, entity, key.keyId, signText(signedText(object), key));
}

/** The signature of a text, in unpadded base64. */
export function signText(text: string, key: SigningKey): string {
  return encodeBase64(ed25519.sign(encodeUtf8(text), key.privateKey));
}

/** The object with a signature that was made elsewhere added to its `signatures`. */
export function withSignature(object: JsonObject, entity: string, keyId: string, signature: string): JsonObject {
  const signatures = ownObject(object, 'signatures') ?? {};
  const ofEntity = ownObject(signatures, entity) ?? {};
  return withKey(object, 'signatures', withKey(signatures, entity, withKey(ofEntity, keyId, signature)));
}

/** True when `signature` (base64) is the key's signature of `text`. */
export function isValidSignature(text: string, signature: string, key: VerifyKey): boolean {
  const bytes = decodeBase64(signature);
  return bytes !== undefined && bytes.length === 64 && ed25519.verify(encodeUtf8(text), key.point, bytes);
}

/** Whether `entity` has signed a JSON object such as a key response (https://spec.matrix.org/v1.19/appendices/#checking-for-a-signature). */
export function verifyJson(object: JsonObject, entity: string, keyOf: KeyLookup): Verdict {
  const numbers = 'canonical';
  let text: string;
  try {
    text = signedText(object, numbers);
  } catch {
    return reject('canonical', 'the object has no canonical form');
  }
  return verifySignatures(object, text, entity, keyOf);
}

/**
 * Whether the `signatures` of `object` hold a signature of `entity` over `text`. Signatures by unknown keys and by
 * other algorithms are passed over; of the known ones there must be at least one and all must be right.
 */
export function verifySignatures(object: JsonObject, text: string, entity: string, keyOf: KeyLookup): Verdict {
  const ofEntity = ownObject(ownObject(object, 'signatures') ?? {}, entity);
  if (ofEntity === undefined) return reject('signature', `not signed by ${entity}`);
  const keyIds = Object.keys(ofEntity).filter((keyId) => keyAlgorithmOf(keyId) === signingAlgorithm);
  if (keyIds.length > signaturesPerEntityMax) return reject('signature', `too many signatures of ${entity}`);
  let valid = 0;
  for (const keyId of keyIds) {
    const key = keyOf(entity, keyId);
    if (key === undefined) continue;
    const signature = own(ofEntity, keyId);
    if (typeof signature !== 'string' || !isValidSignature(text, signature, key)) {
      return reject('signature', `the signature of ${entity} by ${keyId} is wrong`);
    }
    valid += 1;
  }
  return valid > 0 ? allow : reject('signature', `no signature of ${entity} by a known and valid key`);
}

/** The ids of the keys that `entity` has signed `object` with, as far as their algorithm is known. For fetching keys before verifying. */
export function signingKeyIds(object: JsonObject, entity: string): readonly string[] {
  const ofEntity = ownObject(ownObject(object, 'signatures') ?? {}, entity) ?? {};
  return Object.keys(ofEntity)
    .filter((keyId) => keyAlgorithmOf(keyId) === signingAlgorithm)
    .slice(0, signaturesPerEntityMax);
}
