import { createHash, hash } from 'node:crypto';

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
