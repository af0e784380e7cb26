import { malformed } from './trie-error.ts';

/** Appends to a growing buffer: bytes, and integers up to 2^53 - 1 in 7 bits a byte, lowest first (at most 8 bytes). */
export class ByteWriter {
  #bytes = new Uint8Array(256);
  #length = 0;

  byte(value: number): void {
    this.#reserve(1);
    this.#bytes[this.#length++] = value;
  }

  varint(value: number): void {
    this.#reserve(8);
    let rest = value;
    while (rest > 0x7f) {
      this.#bytes[this.#length++] = (rest % 128) | 0x80;
      rest = Math.floor(rest / 128);
    }
    this.#bytes[this.#length++] = rest;
  }

  raw(bytes: Uint8Array): void {
    this.#reserve(bytes.length);
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  finish(): Uint8Array {
    return this.#bytes.slice(0, this.#length);
  }

  #reserve(count: number): void {
    if (this.#length + count <= this.#bytes.length) return;
    const larger = new Uint8Array(Math.max(this.#bytes.length * 2, this.#length + count));
    larger.set(this.#bytes);
    this.#bytes = larger;
  }
}

/** Reads what ByteWriter wrote; whatever it would not have written is a TrieError `malformed`. */
export class ByteReader {
  readonly #bytes: Uint8Array;
  #offset: number;

  constructor(bytes: Uint8Array, offset = 0) {
    this.#bytes = bytes;
    this.#offset = offset;
  }

  get offset(): number {
    return this.#offset;
  }

  byte(): number {
    const value = this.#bytes[this.#offset++];
    if (value === undefined) throw malformed('bytes end too early');
    return value;
  }

  /** At most 8 bytes, so the loop ends whatever the bytes are. */
  varint(): number {
    let value = 0;
    let unit = 1;
    for (let count = 1; count <= 8; count++) {
      const byte = this.byte();
      value += (byte & 0x7f) * unit;
      if (byte <= 0x7f) {
        if (byte === 0 && count > 1) throw malformed('an integer is longer than needed');
        if (value > Number.MAX_SAFE_INTEGER) break;
        return value;
      }
      unit *= 128;
    }
    throw malformed('an integer is above 2^53');
  }

  raw(length: number): Uint8Array {
    const end = this.#offset + length;
    if (end > this.#bytes.length) throw malformed('bytes end too early');
    const bytes = this.#bytes.subarray(this.#offset, end);
    this.#offset = end;
    return bytes;
  }

  end(): void {
    if (this.#offset !== this.#bytes.length) throw malformed('bytes after the end');
  }
}

/** Event numbers of one leaf were often given close to each other: the least one, then each one's distance from it. */
export function writeEvents(writer: ByteWriter, events: readonly number[]): void {
  const least = Math.min(...events);
  writer.varint(least);
  for (const event of events) writer.varint(event - least);
}

export function readEvents(reader: ByteReader, count: number): number[] {
  const least = reader.varint();
  const events: number[] = [];
  let nearest = Number.MAX_SAFE_INTEGER;
  for (let index = 0; index < count; index++) {
    const distance = reader.varint();
    const event = least + distance;
    if (event > Number.MAX_SAFE_INTEGER) throw malformed('an event number is above 2^53');
    nearest = Math.min(nearest, distance);
    events.push(event);
  }
  if (nearest !== 0) throw malformed('event numbers do not start at their least');
  return events;
}
