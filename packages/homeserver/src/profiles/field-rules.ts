import { MatrixError } from '../http/errors.ts';
import { isNamespacedIdentifier, type JsonValue } from '@hearth/protocol';

const keyBytesMax = 255;
export const displayNameLengthMax = 256;
export const avatarUrlLengthMax = 1000;
const timeZoneLengthMax = 255;

/** Fields that stand in member events too. */
export function isMemberField(name: string): boolean {
  return name === 'displayname' || name === 'avatar_url';
}

/** Refuses what cannot be the name of a field: 400 M_KEY_TOO_LARGE, M_INVALID_PARAM. */
export function requireFieldName(name: string): void {
  if (Buffer.byteLength(name) > keyBytesMax) throw new MatrixError('M_KEY_TOO_LARGE');
  if (!isNamespacedIdentifier(name)) {
    throw new MatrixError(
      'M_INVALID_PARAM',
      'The name of a profile field begins with a small letter, then may have small letters, digits and . _ -',
    );
  }
}

/**
 * The value to store for a field of the body; undefined where the field is to be taken away, which is what an empty display name or avatar
 * means to clients (https://spec.matrix.org/v1.19/client-server-api/#put_matrixclientv3profileuseridkeyname).
 */
export function checkedValue(name: string, value: JsonValue): JsonValue | undefined {
  switch (name) {
    case 'displayname':
      return text(name, value, displayNameLengthMax) || undefined;
    case 'avatar_url':
      // Any text: some accounts are filled from directories that keep pictures elsewhere, and clients show only mxc addresses.
      return text(name, value, avatarUrlLengthMax) || undefined;
    case 'm.tz':
      return text(name, value, timeZoneLengthMax);
    default:
      return value;
  }
}

function text(name: string, value: JsonValue, lengthMax: number): string {
  if (typeof value !== 'string') throw new MatrixError('M_BAD_JSON', `In the body, ${name} must be a string.`);
  if (value.length > lengthMax) throw new MatrixError('M_INVALID_PARAM', `A ${name} may have at most ${lengthMax} characters.`);
  return value;
}
