import type { Branded } from './brand.ts';
import { isIdentifierText } from './sigil-id.ts';

/** `algorithm:version` of a signing key or signature, such as `ed25519:a_1`. */
export type KeyId = Branded<'KeyId'>;
/** The id of a client's device: any text of 1 to 255 bytes, since clients have always chosen freely. */
export type DeviceId = Branded<'DeviceId'>;

/** Versions should be of `[A-Za-z0-9_]`; servers with other visible characters in theirs exist. No quote, comma or backslash, which end or break header values. */
const keyIdForm = /^[a-z0-9_]{1,64}:[!#-+\--[\]-~]{1,128}$/;
const ownKeyIdForm = /^ed25519:[A-Za-z0-9_]{1,128}$/;

/** `text` as the id of a key that a server signs with. */
export function parseKeyId(text: unknown): KeyId | undefined {
  return typeof text === 'string' && keyIdForm.test(text) ? (text as KeyId) : undefined;
}

/** `text` as the id of a signing key of our own: ed25519, with a version that everybody can read. */
export function parseOwnKeyId(text: unknown): KeyId | undefined {
  return typeof text === 'string' && ownKeyIdForm.test(text) ? (text as KeyId) : undefined;
}

/** The part of a key id before the first colon. */
export function keyAlgorithmOf(keyId: string): string {
  const colon = keyId.indexOf(':');
  return colon < 0 ? '' : keyId.slice(0, colon);
}

/** `text` as a device id. */
export function parseDeviceId(text: unknown): DeviceId | undefined {
  if (typeof text !== 'string' || text === '') return undefined;
  return isIdentifierText(text) ? (text as DeviceId) : undefined;
}
