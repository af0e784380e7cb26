/**
 * Unpadded base64, in the standard and in the URL-safe alphabet (https://spec.matrix.org/v1.19/appendices/#unpadded-base64).
 * Written without padding, read with or without it (complete, where there is any).
 */
const standard = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const urlSafe = `${standard.slice(0, 62)}-_`;

const urlSafeValues = valuesOf(urlSafe);
const eitherValues = valuesOf(standard, urlSafe);

export function encodeBase64(bytes: Uint8Array): string {
  return encode(bytes, standard);
}

export function encodeBase64Url(bytes: Uint8Array): string {
  return encode(bytes, urlSafe);
}

/**
 * The bytes, or undefined when a character is of neither alphabet or the length is impossible. Both alphabets are read,
 * since servers have always read both in hashes, keys and signatures: what one accepts, all must.
 */
export function decodeBase64(text: string): Uint8Array | undefined {
  return decode(text, eitherValues);
}

/** The bytes, or undefined when a character is not of the URL-safe alphabet or the length is impossible. */
export function decodeBase64Url(text: string): Uint8Array | undefined {
  return decode(text, urlSafeValues);
}

function encode(bytes: Uint8Array, alphabet: string): string {
  let text = '';
  for (let index = 0; index < bytes.length; index += 3) {
    const left = bytes.length - index;
    const word = ((bytes[index] as number) << 16) | ((bytes[index + 1] ?? 0) << 8) | (bytes[index + 2] ?? 0);
    text += alphabet[word >> 18] as string;
    text += alphabet[(word >> 12) & 63] as string;
    if (left > 1) text += alphabet[(word >> 6) & 63] as string;
    if (left > 2) text += alphabet[word & 63] as string;
  }
  return text;
}

function decode(text: string, values: Int8Array): Uint8Array | undefined {
  const length = unpaddedLength(text);
  if (length === undefined || length % 4 === 1) return undefined;
  const bytes = new Uint8Array((length * 3) >> 2);
  let word = 0;
  let bits = 0;
  let filled = 0;
  for (let index = 0; index < length; index += 1) {
    const unit = text.charCodeAt(index);
    const value = unit < 128 ? (values[unit] as number) : -1;
    if (value < 0) return undefined;
    word = ((word << 6) | value) & 0xffff;
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      bytes[filled] = (word >> bits) & 0xff;
      filled += 1;
    }
  }
  return bytes;
}

/** Length without padding; padding, where there is any, must be complete. */
function unpaddedLength(text: string): number | undefined {
  if (!text.endsWith('=')) return text.length;
  if (text.length % 4 !== 0) return undefined;
  return text.endsWith('==') ? text.length - 2 : text.length - 1;
}

function valuesOf(...alphabets: readonly string[]): Int8Array {
  const values = new Int8Array(128).fill(-1);
  for (const alphabet of alphabets) {
    for (let value = 0; value < 64; value += 1) values[alphabet.charCodeAt(value)] = value;
  }
  return values;
}
