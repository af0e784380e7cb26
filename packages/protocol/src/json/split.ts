import type { JsonRefusal, ParseJsonOptions } from './parse.ts';
import { parseJson } from './parse.ts';
import { decodeUtf8, encodeUtf8 } from './utf8.ts';
import type { JsonObject } from './value.ts';
import { isJsonObject } from './value.ts';

/**
 * A big body whose lists are taken apart before anything in them is parsed, so that one item that the door refuses
 * does not take the others with it: a transaction with one bad event still delivers forty-nine.
 *
 * Only brackets and strings are followed here. The rest of the body, in which each list has become `[]`, passes the
 * strict door at once; each item passes it when the caller parses it. Whatever the split makes of a broken body,
 * nothing is believed that was not parsed.
 */
export type SplitJson = {
  readonly ok: true;
  /** The object, with an empty array for each list that was taken out. */
  readonly rest: JsonObject;
  /** The bytes of each item, by key; a key that is absent or no array in the body is absent here. Views, not copies. */
  readonly items: ReadonlyMap<string, readonly Uint8Array[]>;
};

export type SplitJsonOptions = ParseJsonOptions & {
  /** The top-level keys whose arrays are taken out. */
  readonly lists: readonly string[];
  /** Most items in one list. */
  readonly itemsMax: number;
};

const bytesMaxDefault = 1_048_576;

class Broken extends Error {
  readonly kind: JsonRefusal['kind'];
  constructor(kind: JsonRefusal['kind'], reason: string) {
    super(reason);
    this.kind = kind;
  }
}

/** Splits the body of an object. Refuses what `parseJson` would refuse outside of the lists, and lists that are not lists. */
export function splitJson(bytes: Uint8Array, options: SplitJsonOptions): SplitJson | JsonRefusal {
  const bytesMax = options.bytesMax ?? bytesMaxDefault;
  if (bytes.length > bytesMax) return refusal('too-large', bytesMax, `the body has more than ${bytesMax} bytes`);
  const cursor: Cursor = { bytes, index: 0 };
  const items = new Map<string, readonly Uint8Array[]>();
  const rest: Uint8Array[] = [];
  let copied = 0;
  try {
    eachMember(cursor, (key) => {
      if (!options.lists.includes(key) || nextByte(cursor) !== openArray) return skipValue(cursor);
      const start = cursor.index;
      const found = readItems(cursor, options.itemsMax);
      rest.push(bytes.subarray(copied, start), emptyArray);
      copied = cursor.index;
      // A key that comes twice comes twice in the rest too, where the door refuses it.
      items.set(key, found);
    });
  } catch (error) {
    if (!(error instanceof Broken)) throw error;
    return refusal(error.kind, cursor.index, error.message);
  }
  rest.push(bytes.subarray(copied));
  const parsed = parseJson(join(rest), options);
  if (!parsed.ok) return parsed;
  return isJsonObject(parsed.value) ? { ok: true, rest: parsed.value, items } : refusal('bad-json', 0, 'the body is not an object');
}

type Cursor = { readonly bytes: Uint8Array; index: number };

const openArray = 0x5b;
const closeArray = 0x5d;
const openObject = 0x7b;
const closeObject = 0x7d;
const comma = 0x2c;
const colon = 0x3a;
const quote = 0x22;
const backslash = 0x5c;
const emptyArray = encodeUtf8('[]');

function eachMember(cursor: Cursor, onValue: (key: string) => void): void {
  // Not an object at all: the strict parse of the untouched body says what it is.
  if (nextByte(cursor) !== openObject) return;
  cursor.index += 1;
  if (nextByte(cursor) === closeObject) return;
  for (;;) {
    const start = cursor.index + (nextByte(cursor) === quote ? 0 : fail('a key was expected'));
    skipString(cursor);
    const key = keyOf(cursor.bytes.subarray(start, cursor.index));
    if (nextByte(cursor) !== colon) fail('a colon was expected');
    cursor.index += 1;
    nextByte(cursor);
    onValue(key);
    if (nextByte(cursor) === closeObject) return;
    if (nextByte(cursor) !== comma) fail('a comma was expected');
    cursor.index += 1;
  }
}

/** The array at the cursor as the bytes of its items. */
function readItems(cursor: Cursor, itemsMax: number): readonly Uint8Array[] {
  const items: Uint8Array[] = [];
  cursor.index += 1;
  if (nextByte(cursor) !== closeArray) {
    for (;;) {
      nextByte(cursor);
      const start = cursor.index;
      skipValue(cursor);
      if (cursor.index === start) fail('a value was expected');
      if (items.length >= itemsMax) fail(`a list has more than ${itemsMax} items`, 'bad-json');
      items.push(cursor.bytes.subarray(start, cursor.index));
      if (nextByte(cursor) === closeArray) break;
      if (nextByte(cursor) !== comma) fail('a comma was expected');
      cursor.index += 1;
    }
  }
  cursor.index += 1;
  return items;
}

/** Moves behind a value: to the bracket that closes it, to its quote, or to what ends a word or number. */
function skipValue(cursor: Cursor): void {
  const { bytes } = cursor;
  let depth = 0;
  for (;;) {
    const byte = bytes[cursor.index];
    if (byte === undefined) return depth === 0 ? undefined : fail('the text ends too early');
    if (byte === quote) {
      skipString(cursor);
      if (depth === 0) return undefined;
      continue;
    }
    if (byte === openArray || byte === openObject) depth += 1;
    else if (depth === 0 && (byte === comma || byte === closeArray || byte === closeObject || byte <= 0x20)) return undefined;
    else if (byte === closeArray || byte === closeObject) {
      depth -= 1;
      if (depth === 0) {
        cursor.index += 1;
        return undefined;
      }
    }
    cursor.index += 1;
  }
}

function skipString(cursor: Cursor): void {
  const { bytes } = cursor;
  for (cursor.index += 1; cursor.index < bytes.length; cursor.index += 1) {
    const byte = bytes[cursor.index];
    if (byte === backslash) {
      cursor.index += 1;
    } else if (byte === quote) {
      cursor.index += 1;
      return;
    }
  }
  fail('the text ends inside a string');
}

/** The byte after white space, where the cursor then stands. */
function nextByte(cursor: Cursor): number | undefined {
  for (;;) {
    const byte = cursor.bytes[cursor.index];
    if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) return byte;
    cursor.index += 1;
  }
}

/** The text of a key's literal; one that is broken is no list's name, and the strict parse refuses it. */
function keyOf(literal: Uint8Array): string {
  try {
    return String(JSON.parse(decodeUtf8(literal) ?? '""'));
  } catch {
    return '';
  }
}

function join(pieces: readonly Uint8Array[]): Uint8Array {
  if (pieces.length === 1) return pieces[0] as Uint8Array;
  const joined = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let filled = 0;
  for (const piece of pieces) {
    joined.set(piece, filled);
    filled += piece.length;
  }
  return joined;
}

function fail(reason: string, kind: JsonRefusal['kind'] = 'not-json'): never {
  throw new Broken(kind, reason);
}

function refusal(kind: JsonRefusal['kind'], position: number, reason: string): JsonRefusal {
  return { ok: false, kind, position, reason };
}
