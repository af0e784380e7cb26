import { jsonDepthMax } from './parse.ts';
import { encodeUtf8 } from './utf8.ts';
import type { JsonArray, JsonObject, JsonValue } from './value.ts';

/**
 * Canonical JSON: shortest form, keys in the order of their code points, integers only
 * (https://spec.matrix.org/v1.19/appendices/#canonical-json).
 *
 * `legacy` is for events of room versions 1 to 5, where other numbers occur: integers of any size are written in full,
 * a number that has no fraction as an integer, and a fraction as most servers of these rooms write it.
 */
export type CanonicalNumbers = 'canonical' | 'legacy';

/** A value that has no canonical form. What came through the door in the same number mode always has one. */
export class CanonicalJsonError extends Error {
  override readonly name = 'CanonicalJsonError';
}

/** The canonical text of `value`. Throws CanonicalJsonError for floats, large integers, half surrogates, `undefined` and nesting over 100. */
export function canonicalJson(value: JsonValue, numbers: CanonicalNumbers = 'canonical'): string {
  // Most values arrive in order, since peers sign what they send; then the engine's own writer gives the same text.
  return isInOrder(value, 0) ? JSON.stringify(value) : write(value, numbers, 0);
}

/** The bytes that are hashed and signed. */
export function canonicalJsonBytes(value: JsonValue, numbers: CanonicalNumbers = 'canonical'): Uint8Array {
  return encodeUtf8(canonicalJson(value, numbers));
}

/** Why `value` has no canonical form, or undefined when it has one. */
export function canonicalJsonRefusal(value: JsonValue, numbers: CanonicalNumbers = 'canonical'): string | undefined {
  try {
    canonicalJson(value, numbers);
    return undefined;
  } catch (error) {
    if (error instanceof CanonicalJsonError) return error.message;
    throw error;
  }
}

/** Compares as canonical JSON orders keys: by code point, which differs from the order of UTF-16 units above U+D7FF. */
export function compareCodePoints(left: string, right: string): number {
  const length = Math.min(left.length, right.length);
  for (let index = 0; index < length; index += 1) {
    const a = left.charCodeAt(index);
    const b = right.charCodeAt(index);
    if (a !== b) return codePointRank(a) - codePointRank(b);
  }
  return left.length - right.length;
}

/** The keys of an object as canonical JSON orders them. */
export function keysInOrder(object: JsonObject): readonly string[] {
  const keys = Object.keys(object);
  const isInOrder = keys.every((key, index) => index === 0 || compareCodePoints(keys[index - 1] as string, key) < 0);
  return isInOrder ? keys : keys.sort(compareCodePoints);
}

/** Surrogates stand for code points above all others, so they rank above U+FFFF. */
function codePointRank(unit: number): number {
  return unit >= 0xd800 && unit < 0xe000 ? unit + 0x10000 : unit;
}

/** True when JSON.stringify would write exactly the canonical form. False is a doubt, not a refusal. */
function isInOrder(value: JsonValue, depth: number): boolean {
  switch (typeof value) {
    case 'string':
      return value.isWellFormed();
    case 'number':
      return Number.isSafeInteger(value) && !Object.is(value, -0);
    case 'boolean':
      return true;
    case 'object':
      if (value === null) return true;
      if (depth >= jsonDepthMax) return false;
      return Array.isArray(value) ? arrayInOrder(value as JsonArray, depth + 1) : objectInOrder(value as JsonObject, depth + 1);
    default:
      return false;
  }
}

function arrayInOrder(array: JsonArray, depth: number): boolean {
  for (const item of array) {
    if (!isInOrder(item, depth)) return false;
  }
  return true;
}

function objectInOrder(object: JsonObject, depth: number): boolean {
  let previous: string | undefined;
  for (const key of Object.keys(object)) {
    if (previous !== undefined && compareCodePoints(previous, key) >= 0) return false;
    if (!key.isWellFormed() || !isInOrder(object[key] as JsonValue, depth)) return false;
    previous = key;
  }
  return true;
}

function write(value: JsonValue, numbers: CanonicalNumbers, depth: number): string {
  switch (typeof value) {
    case 'string':
      return writeString(value);
    case 'number':
      return writeNumber(value, numbers);
    case 'bigint':
      return writeBigint(value, numbers);
    case 'boolean':
      return value ? 'true' : 'false';
    case 'object':
      if (value === null) return 'null';
      if (depth >= jsonDepthMax) throw new CanonicalJsonError('arrays and objects are nested too deeply');
      return Array.isArray(value)
        ? writeArray(value as JsonArray, numbers, depth + 1)
        : writeObject(value as JsonObject, numbers, depth + 1);
    default:
      throw new CanonicalJsonError(`a value of type ${typeof value} is not JSON`);
  }
}

function writeArray(array: JsonArray, numbers: CanonicalNumbers, depth: number): string {
  let items = '';
  for (const item of array) items += items === '' ? write(item, numbers, depth) : `,${write(item, numbers, depth)}`;
  return `[${items}]`;
}

function writeObject(object: JsonObject, numbers: CanonicalNumbers, depth: number): string {
  let members = '';
  for (const key of keysInOrder(object)) {
    members += `${members === '' ? '' : ','}${writeString(key)}:${write(object[key] as JsonValue, numbers, depth)}`;
  }
  return `{${members}}`;
}

function writeString(text: string): string {
  if (!text.isWellFormed()) throw new CanonicalJsonError('a string with half of a surrogate pair');
  return JSON.stringify(text);
}

function writeNumber(value: number, numbers: CanonicalNumbers): string {
  if (Number.isSafeInteger(value) && (numbers === 'legacy' || !Object.is(value, -0))) return String(value);
  if (numbers === 'canonical') throw new CanonicalJsonError('a number that is not an integer within ±(2^53−1)');
  if (!Number.isFinite(value)) throw new CanonicalJsonError('a number that is not finite');
  return Number.isInteger(value) ? BigInt(value).toString() : writeFraction(value);
}

/**
 * The specification has no form for fractions; the rooms that carry them were written by servers in Python. Both
 * languages print the shortest digits; they differ in exponents: two digits at least, and from 1e-5 downwards.
 */
function writeFraction(value: number): string {
  const magnitude = Math.abs(value);
  const text = magnitude < 1e-4 ? value.toExponential() : String(value);
  return text.replace(/e([+-])(\d)$/, 'e$10$2');
}

function writeBigint(value: bigint, numbers: CanonicalNumbers): string {
  const isSafe = value >= BigInt(Number.MIN_SAFE_INTEGER) && value <= BigInt(Number.MAX_SAFE_INTEGER);
  if (numbers === 'canonical' && !isSafe) throw new CanonicalJsonError('an integer outside ±(2^53−1)');
  return value.toString();
}
