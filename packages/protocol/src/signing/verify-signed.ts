import { CanonicalJsonError } from '../json/canonical.ts';
import type { JsonObject } from '../json/value.ts';
import { verifyKeyFromBase64 } from './keys.ts';
import { isValidSignature, signedText } from './sign-json.ts';

/**
 * Whether the base64 `signature` over an object such as the `signed` part of a third-party invite was made with the
 * base64 `publicKey`. For keys that appear once, in room state; never throws on what a stranger wrote.
 */
export function isSignedWith(signed: JsonObject, publicKey: string, signature: string): boolean {
  const key = verifyKeyFromBase64(publicKey);
  if (key === undefined) return false;
  try {
    return isValidSignature(signedText(signed), signature, key);
  } catch (error) {
    if (error instanceof CanonicalJsonError) return false;
    throw error;
  }
}
