import type { InsertColumn } from '../write.ts';

type Element = number | string | Uint8Array | null;

/** Type oids of PostgreSQL's catalogue: bytea, int8, text. */
const elementOids: Readonly<Record<InsertColumn['type'], number>> = { bytes: 17, integer: 20, text: 25 };

/**
 * A PostgreSQL array in its binary form (array_send): one dimension, then each element with its length. It spares quoting of
 * texts and the doubling of bytes to hex digits.
 */
export function encodeArray(type: InsertColumn['type'], elements: readonly Element[]): Buffer {
  let size = 20;
  for (const element of elements) size += 4 + elementSize(type, element);
  const buffer = Buffer.allocUnsafe(size);
  buffer.writeInt32BE(1, 0);
  buffer.writeInt32BE(elements.includes(null) ? 1 : 0, 4);
  buffer.writeInt32BE(elementOids[type], 8);
  buffer.writeInt32BE(elements.length, 12);
  buffer.writeInt32BE(1, 16);
  let offset = 20;
  for (const element of elements) offset = writeElement(buffer, offset, type, element);
  return buffer;
}

function elementSize(type: InsertColumn['type'], element: Element): number {
  if (element === null) return 0;
  if (type === 'integer') return 8;
  return typeof element === 'string' ? Buffer.byteLength(element) : (element as Uint8Array).length;
}

function writeElement(buffer: Buffer, offset: number, type: InsertColumn['type'], element: Element): number {
  if (element === null) return buffer.writeInt32BE(-1, offset);
  const size = elementSize(type, element);
  const start = buffer.writeInt32BE(size, offset);
  if (type === 'integer') writeInt64(buffer, start, Number(element));
  else if (typeof element === 'string') buffer.write(element, start);
  else buffer.set(element as Uint8Array, start);
  return start + size;
}

/** Without a BigInt, for numbers within ±2^53. */
function writeInt64(buffer: Buffer, offset: number, value: number): void {
  const high = Math.floor(value / 2 ** 32);
  buffer.writeInt32BE(high, offset);
  buffer.writeUInt32BE(value - high * 2 ** 32, offset + 4);
}
