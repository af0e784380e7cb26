import { parseCarefully } from './careful-parser.ts';
import { quickParse } from './quick-parse.ts';
import { decodeUtf8, firstInvalidUtf8, utf8Length } from './utf8.ts';
import type { JsonValue } from './value.ts';

/**
 * Which numbers are let in.
 * `canonical`: integers within ±(2^53−1), no `-0`, fraction or exponent (room version 6 and later, and all client
 * content that becomes an event). `legacy`: room versions 1 to 5 and transactions that may carry their events: larger
 * integers become bigint, fractions number. `any`: client bodies that never become an event; finite doubles.
 */
export type JsonNumbers = 'canonical' | 'legacy' | 'any';

export type ParseJsonOptions = {
  /** Default `canonical`. */
  readonly numbers?: JsonNumbers;
  /** Largest body in bytes. Default 1 MiB. */
  readonly bytesMax?: number;
  /** Deepest nesting of arrays and objects. Default 100. */
  readonly depthMax?: number;
  /** Most keys in one object. Default: as many as the bytes allow. */
  readonly keysPerObjectMax?: number;
};

/**
 * Why a body was refused. `not-json` answers M_NOT_JSON, `bad-json` (well-formed, but not what Matrix allows)
 * M_BAD_JSON, `too-large` M_TOO_LARGE. `position` is an offset in bytes.
 */
export type JsonRefusal = {
  readonly ok: false;
  readonly kind: 'not-json' | 'bad-json' | 'too-large';
  readonly position: number;
  readonly reason: string;
};
export type ParsedJson = { readonly ok: true; readonly value: JsonValue } | JsonRefusal;

/** Nesting that is accepted at the door, and written by canonical JSON. */
export const jsonDepthMax = 100;
const bytesMaxDefault = 1_048_576;

/**
 * The door through which all foreign JSON comes, parsed once and strictly: valid UTF-8, no key twice, no half
 * surrogate pairs, bounded depth, numbers as the mode says. Objects have no prototype. U+0000 in strings is legal and
 * kept. Never throws on input.
 */
export function parseJson(bytes: Uint8Array, options: ParseJsonOptions = {}): ParsedJson {
  const bytesMax = options.bytesMax ?? bytesMaxDefault;
  if (bytes.length > bytesMax) return tooLarge(bytesMax);
  const text = decodeUtf8(bytes);
  if (text === undefined) {
    return { ok: false, kind: 'not-json', position: firstInvalidUtf8(bytes), reason: 'the body is not valid UTF-8' };
  }
  return parseChecked(text, options);
}

/** The same door for text that is already decoded, such as JSON from a database column. */
export function parseJsonText(text: string, options: ParseJsonOptions = {}): ParsedJson {
  const bytesMax = options.bytesMax ?? bytesMaxDefault;
  if (text.length > bytesMax || (text.length * 3 > bytesMax && utf8Length(text) > bytesMax)) return tooLarge(bytesMax);
  if (!text.isWellFormed()) {
    return { ok: false, kind: 'not-json', position: 0, reason: 'the text has half of a surrogate pair' };
  }
  return parseChecked(text, options);
}

function parseChecked(text: string, options: ParseJsonOptions): ParsedJson {
  const limits = {
    numbers: options.numbers ?? 'canonical',
    depthMax: options.depthMax ?? jsonDepthMax,
    keysPerObjectMax: options.keysPerObjectMax ?? Number.POSITIVE_INFINITY,
  };
  const quick = quickParse(text, limits);
  return quick === undefined ? parseCarefully(text, limits) : { ok: true, value: quick.value };
}

function tooLarge(bytesMax: number): JsonRefusal {
  return { ok: false, kind: 'too-large', position: bytesMax, reason: `the body has more than ${bytesMax} bytes` };
}
