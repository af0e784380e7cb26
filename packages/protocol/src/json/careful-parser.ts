import { markNotCanonical } from './canonical-mark.ts';
import { emptyJsonObject } from './object.ts';
import type { JsonNumbers, JsonRefusal } from './parse.ts';
import { utf8Length } from './utf8.ts';
import type { JsonValue } from './value.ts';

/**
 * The parser that decides: it reads every character itself, knows where it stands and says why it refuses. The quick
 * path (quick-parse.ts) may only ever accept what this one accepts, with the same value.
 */
export type CarefulLimits = { readonly numbers: JsonNumbers; readonly depthMax: number; readonly keysPerObjectMax: number };

/** Longest integer that is kept as a bigint (room versions 1–5). Conversion costs the square of this. */
const integerDigitsMax = 4300;

const quote = 0x22;
const backslash = 0x5c;

class Refused extends Error {
  readonly kind: JsonRefusal['kind'];
  readonly index: number;
  constructor(kind: JsonRefusal['kind'], index: number, reason: string) {
    super(reason);
    this.kind = kind;
    this.index = index;
  }
}

/** What the parser has read so far. `inexact` counts numbers that canonical JSON would write otherwise. */
type Reading = { readonly text: string; readonly limits: CarefulLimits; index: number; inexact: number };

export function parseCarefully(text: string, limits: CarefulLimits): { readonly ok: true; readonly value: JsonValue } | JsonRefusal {
  const reading: Reading = { text, limits, index: 0, inexact: 0 };
  try {
    const value = readValue(reading, 0);
    skipSpace(reading);
    if (reading.index < text.length) throw unexpected(reading);
    return { ok: true, value };
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    return { ok: false, kind: error.kind, position: utf8Length(text.slice(0, error.index)), reason: error.message };
  }
}

function readValue(reading: Reading, depth: number): JsonValue {
  skipSpace(reading);
  const { text } = reading;
  switch (text[reading.index]) {
    case '{':
      return readObject(reading, depth + 1);
    case '[':
      return readArray(reading, depth + 1);
    case '"':
      return readString(reading);
    case 't':
      return readWord(reading, 'true', true);
    case 'f':
      return readWord(reading, 'false', false);
    case 'n':
      return readWord(reading, 'null', null);
    default:
      return readNumber(reading);
  }
}

function readObject(reading: Reading, depth: number): JsonValue {
  checkDepth(reading, depth);
  const object = emptyJsonObject();
  const inexactBefore = reading.inexact;
  let keys = 0;
  reading.index += 1;
  skipSpace(reading);
  if (reading.text[reading.index] === '}') {
    reading.index += 1;
    return object;
  }
  for (;;) {
    skipSpace(reading);
    const keyIndex = reading.index;
    if (reading.text.charCodeAt(keyIndex) !== quote) throw unexpected(reading);
    const key = readString(reading);
    if (Object.hasOwn(object, key)) throw new Refused('bad-json', keyIndex, 'a key appears twice in one object');
    keys += 1;
    if (keys > reading.limits.keysPerObjectMax) throw new Refused('bad-json', keyIndex, 'an object has too many keys');
    skipSpace(reading);
    expect(reading, ':');
    object[key] = readValue(reading, depth);
    skipSpace(reading);
    if (reading.text[reading.index] === '}') break;
    expect(reading, ',');
  }
  reading.index += 1;
  if (reading.inexact > inexactBefore) markNotCanonical(object);
  return object;
}

function readArray(reading: Reading, depth: number): JsonValue {
  checkDepth(reading, depth);
  const array: JsonValue[] = [];
  const inexactBefore = reading.inexact;
  reading.index += 1;
  skipSpace(reading);
  if (reading.text[reading.index] === ']') {
    reading.index += 1;
    return array;
  }
  for (;;) {
    array.push(readValue(reading, depth));
    skipSpace(reading);
    if (reading.text[reading.index] === ']') break;
    expect(reading, ',');
  }
  reading.index += 1;
  if (reading.inexact > inexactBefore) markNotCanonical(array);
  return array;
}

function readString(reading: Reading): string {
  const { text } = reading;
  const start = reading.index;
  let index = start + 1;
  for (;;) {
    const unit = text.charCodeAt(index);
    if (unit === quote) break;
    if (unit === backslash) index += escapeLength(reading, index);
    else if (unit >= 0x20) index += 1;
    else if (index >= text.length) throw new Refused('not-json', index, 'the text ends inside a string');
    else throw new Refused('not-json', index, 'a control character inside a string');
  }
  reading.index = index + 1;
  // The literal has been checked unit by unit; the engine's own reader only turns its escapes into characters.
  const value = JSON.parse(text.slice(start, index + 1)) as string;
  if (!value.isWellFormed()) throw new Refused('bad-json', start, 'a string with half of a surrogate pair');
  return value;
}

function escapeLength(reading: Reading, index: number): number {
  const { text } = reading;
  const letter = text[index + 1] ?? '';
  if (letter !== '' && '"\\/bfnrt'.includes(letter)) return 2;
  if (letter === 'u' && /^[0-9a-fA-F]{4}$/.test(text.slice(index + 2, index + 6))) return 6;
  throw new Refused('not-json', index, 'an unknown escape in a string');
}

function readWord<T extends boolean | null>(reading: Reading, word: string, value: T): T {
  if (!reading.text.startsWith(word, reading.index)) throw unexpected(reading);
  reading.index += word.length;
  return value;
}

const numberForm = /-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?/y;

function readNumber(reading: Reading): number | bigint {
  const start = reading.index;
  numberForm.lastIndex = start;
  const match = numberForm.exec(reading.text);
  if (match === null) throw unexpected(reading);
  const [token, fraction, exponent] = match;
  reading.index += token.length;
  // `01`, `1.` and `1e` begin like a number; what follows shows that they are none.
  if (/[0-9.eE]/.test(reading.text[reading.index] ?? '')) throw unexpected(reading);
  const isInteger = fraction === undefined && exponent === undefined;
  switch (reading.limits.numbers) {
    case 'canonical':
      return canonicalNumber(token, isInteger, start);
    case 'legacy':
      return legacyNumber(reading, token, isInteger, start);
    case 'any':
      return finiteNumber(token, start);
  }
}

function canonicalNumber(token: string, isInteger: boolean, start: number): number {
  if (!isInteger) throw new Refused('bad-json', start, 'a number with a fraction or an exponent');
  if (token === '-0') throw new Refused('bad-json', start, 'the number -0');
  const value = Number(token);
  if (!Number.isSafeInteger(value)) throw new Refused('bad-json', start, 'an integer outside ±(2^53−1)');
  return value;
}

function legacyNumber(reading: Reading, token: string, isInteger: boolean, start: number): number | bigint {
  if (isInteger) {
    const value = Number(token);
    if (Number.isSafeInteger(value) && token !== '-0') return value;
    reading.inexact += 1;
    if (token === '-0') return 0;
    if (token.length > integerDigitsMax) throw new Refused('bad-json', start, 'an integer with too many digits');
    return BigInt(token);
  }
  reading.inexact += 1;
  return finiteNumber(token, start) + 0;
}

function finiteNumber(token: string, start: number): number {
  const value = Number(token);
  if (!Number.isFinite(value)) throw new Refused('bad-json', start, 'a number too large for a double');
  return value;
}

function skipSpace(reading: Reading): void {
  for (;;) {
    const unit = reading.text.charCodeAt(reading.index);
    if (unit !== 0x20 && unit !== 0x0a && unit !== 0x0d && unit !== 0x09) return;
    reading.index += 1;
  }
}

function expect(reading: Reading, mark: string): void {
  if (reading.text[reading.index] !== mark) throw unexpected(reading);
  reading.index += 1;
}

function checkDepth(reading: Reading, depth: number): void {
  if (depth > reading.limits.depthMax) throw new Refused('bad-json', reading.index, 'arrays and objects are nested too deeply');
}

function unexpected(reading: Reading): Refused {
  const ended = reading.index >= reading.text.length;
  return new Refused('not-json', reading.index, ended ? 'the text ends too early' : 'a character that JSON does not allow here');
}
