import { MatrixError } from '../http/errors.ts';

/** Fewest characters of a new password. The walk-throughs of 2015 must work with theirs. */
export const passwordLengthMin = 8;
/** Most bytes of a password: more would only be work for the hash. */
export const passwordBytesMax = 1024;

/** Refuses a new password that is too weak (M_WEAK_PASSWORD) or too long (M_INVALID_PARAM). */
export function requireGoodPassword(password: string): void {
  if (characters(password) < passwordLengthMin) {
    throw new MatrixError('M_WEAK_PASSWORD', `A password needs at least ${passwordLengthMin} characters.`);
  }
  if (Buffer.byteLength(password) > passwordBytesMax) {
    throw new MatrixError('M_INVALID_PARAM', `A password may have at most ${passwordBytesMax} bytes.`);
  }
}

/** Code points, so that an emoji counts as one. */
function characters(text: string): number {
  return Array.from(text).length;
}
