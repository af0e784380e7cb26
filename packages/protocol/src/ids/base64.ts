/**
 * Unpadded base64, in the standard and in the URL-safe alphabet (https://spec.matrix.org/v1.19/appendices/#unpadded-base64).
 * Written without padding, read with or without it (complete, where there is any).
 */
const standard = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const urlSafe = `${standard.slice(0, 62)}-_`;

const standardUnits = Uint8Array.from(standard, (character) => character.charCodeAt(0));
const urlSafeUnits = Uint8Array.from(urlSafe, (character) => character.charCodeAt(0));
const urlSafeValues = valuesOf(urlSafe);
const eitherValues = valuesOf(standard, urlSafe);

export function encodeBase64(bytes: Uint8Array): string {
  return toBase64?.call(bytes, { omitPadding: true }) ?? writeBase64(bytes, false);
}

export function encodeBase64Url(bytes: Uint8Array): string {
  return toBase64?.call(bytes, { omitPadding: true, alphabet: 'base64url' }) ?? writeBase64(bytes, true);
}

/** https://tc39.es/proposal-arraybuffer-base64/, which engines have only since 2025: ten times as fast as what can be written here. */
const { toBase64 } = Uint8Array.prototype as unknown as {
  readonly toBase64?: (this: Uint8Array, options: { readonly omitPadding: true; readonly alphabet?: 'base64url' }) => string;
};

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

/** Most characters made in one call: engines bound the arguments of a function. */
const chunkMax = 4096;

/** The same for engines that cannot do it themselves. */
export function writeBase64(bytes: Uint8Array, isUrlSafe: boolean): string {
  const alphabet = isUrlSafe ? urlSafeUnits : standardUnits;
  const units = new Uint8Array(Math.ceil((bytes.length * 4) / 3));
  let filled = 0;
  for (let index = 0; index < bytes.length; index += 3) {
    const word = ((bytes[index] as number) << 16) | ((bytes[index + 1] ?? 0) << 8) | (bytes[index + 2] ?? 0);
    // What is behind the end of `units` is not written.
    units[filled] = alphabet[word >> 18] as number;
    units[filled + 1] = alphabet[(word >> 12) & 63] as number;
    units[filled + 2] = alphabet[(word >> 6) & 63] as number;
    units[filled + 3] = alphabet[word & 63] as number;
    filled += 4;
  }
  let text = '';
  for (let start = 0; start < units.length; start += chunkMax) text += String.fromCharCode(...units.subarray(start, start + chunkMax));
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
