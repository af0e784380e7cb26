import { readEvents, writeEvents } from './byte-codec.ts';
import type { ByteReader, ByteWriter } from './byte-codec.ts';
import { leafEntriesMax } from './node-codec.ts';
import { malformed } from './trie-error.ts';

/**
 * A state of up to 32 entries stands in its root, without nodes. Its keys are in their own order and not mixed: a room's
 * keys were often interned together, so their distances are small, and most states of a server are such states.
 */
export type InlineState = { readonly keys: readonly number[]; readonly events: readonly number[] };

/** One key that two states have different events for; undefined where a state does not have the key. */
export type KeyChange = { readonly key: number; readonly before: number | undefined; readonly after: number | undefined };

export function getInline(state: InlineState, key: number): number | undefined {
  const index = state.keys.indexOf(key);
  return index === -1 ? undefined : state.events[index];
}

/** The state after some changes (any number of entries) and those changes that were one, in the order of keys. */
export function changeInline(
  state: InlineState,
  changes: ReadonlyMap<number, number | undefined>,
): { state: InlineState; changed: KeyChange[] } {
  const entries = new Map(state.keys.map((key, index) => [key, state.events[index]!]));
  const changed: KeyChange[] = [];
  for (const [key, after] of changes) {
    const before = entries.get(key);
    if (before === after) continue;
    changed.push({ key, before, after });
    if (after === undefined) entries.delete(key);
    else entries.set(key, after);
  }
  return { state: inlineOf([...entries]), changed: changed.sort((a, b) => a.key - b.key) };
}

export function inlineOf(entries: (readonly [key: number, event: number])[]): InlineState {
  entries.sort((a, b) => a[0] - b[0]);
  return { keys: entries.map((entry) => entry[0]), events: entries.map((entry) => entry[1]) };
}

/** The keys in which two inline states differ, in their order: one pass over both. */
export function diffInline(before: InlineState, after: InlineState): KeyChange[] {
  const changes: KeyChange[] = [];
  let left = 0;
  let right = 0;
  while (left < before.keys.length || right < after.keys.length) {
    const leftKey = before.keys[left] ?? Infinity;
    const rightKey = after.keys[right] ?? Infinity;
    const key = Math.min(leftKey, rightKey);
    const was = leftKey === key ? before.events[left++] : undefined;
    const is = rightKey === key ? after.events[right++] : undefined;
    if (was !== is) changes.push({ key, before: was, after: is });
  }
  return changes;
}

export function writeInline(writer: ByteWriter, state: InlineState): void {
  if (state.keys.length === 0) return;
  let before = -1;
  for (const key of state.keys) {
    writer.varint(key - before - 1);
    before = key;
  }
  writeEvents(writer, state.events);
}

export function readInline(reader: ByteReader, count: number): InlineState {
  if (count > leafEntriesMax) throw malformed(`a root starts with ${count}`);
  if (count === 0) return { keys: [], events: [] };
  const keys: number[] = [];
  let before = -1;
  for (let index = 0; index < count; index++) {
    before += reader.varint() + 1;
    if (!Number.isSafeInteger(before)) throw malformed('a key is above 2^53');
    keys.push(before);
  }
  return { keys, events: readEvents(reader, count) };
}
