import { ByteReader, ByteWriter, readEvents, writeEvents } from './byte-codec.ts';
import { malformed } from './trie-error.ts';

/** A subtree of up to this many entries is one leaf; a state of up to this many has no node at all (inline-state.ts). */
export const leafEntriesMax = 32;
/** Entries of one state. No room comes near; it bounds every walk over nodes whose counts are wrong. */
export const stateEntriesMax = 2 ** 26;

/** 1 to 32 entries in the order of their paths. The digits above the leaf are dropped: it does not know its own depth. */
export type Leaf = { readonly kind: 'leaf'; readonly suffixes: readonly number[]; readonly events: readonly number[] };

/** `children` has 16 node numbers, 0 where there is none; bit i of `leaves` is set if child i is a leaf. */
export type Branch = { readonly kind: 'branch'; readonly count: number; readonly children: readonly number[]; readonly leaves: number };

export type TrieNode = Leaf | Branch;

// First byte: a leaf's number of entries, plus `wide` when a suffix has bits of the key's upper part; or `branch`.
const wide = 0x40;
const branch = 0x80;
const upperSpan = 2 ** 21;
const suffixEnd = 2 ** 53;

/** Pointers are written as distances back from the node's own number, so a node can only point to older ones. */
export function encodeNode(node: TrieNode, number: number): Uint8Array {
  const writer = new ByteWriter();
  if (node.kind === 'leaf') encodeLeaf(writer, node);
  else encodeBranch(writer, node, number);
  return writer.finish();
}

/** Throws TrieError `malformed` for all that `encodeNode` does not write. */
export function decodeNode(bytes: Uint8Array, number: number): TrieNode {
  const reader = new ByteReader(bytes);
  const head = reader.byte();
  const node = head === branch ? decodeBranch(reader, number) : decodeLeaf(reader, head);
  reader.end();
  return node;
}

/** Roughly what a decoded node takes in memory, in bytes, for caches. */
export function nodeBytes(node: TrieNode): number {
  return node.kind === 'leaf' ? 160 + 16 * node.suffixes.length : 320;
}

function encodeLeaf(writer: ByteWriter, leaf: Leaf): void {
  const isWide = leaf.suffixes.some((suffix) => suffix % upperSpan !== 0);
  writer.byte(leaf.suffixes.length | (isWide ? wide : 0));
  let before = -1;
  for (const suffix of leaf.suffixes) {
    const mixed = Math.floor(suffix / upperSpan);
    // Only wide suffixes can have the same mixed part as the one before them.
    writer.varint(isWide ? mixed - Math.max(before, 0) : mixed - before - 1);
    if (isWide) writer.varint(suffix % upperSpan);
    before = mixed;
  }
  writeEvents(writer, leaf.events);
}

function decodeLeaf(reader: ByteReader, head: number): Leaf {
  const isWide = (head & wide) !== 0;
  const count = head & ~wide;
  if (count < 1 || count > leafEntriesMax) throw malformed(`a node starts with ${head}`);
  const suffixes: number[] = [];
  let before = -1;
  let anyUpper = false;
  for (let index = 0; index < count; index++) {
    const distance = reader.varint();
    const mixed = isWide ? Math.max(before, 0) + distance : before + 1 + distance;
    const upper = isWide ? reader.varint() : 0;
    const suffix = mixed * upperSpan + upper;
    if (upper >= upperSpan || suffix >= suffixEnd || suffix <= (suffixes.at(-1) ?? -1)) throw malformed('a leaf is out of order');
    anyUpper ||= upper !== 0;
    suffixes.push(suffix);
    before = mixed;
  }
  if (isWide !== anyUpper) throw malformed('a leaf is wide without need');
  return { kind: 'leaf', suffixes, events: readEvents(reader, count) };
}

function encodeBranch(writer: ByteWriter, node: Branch, number: number): void {
  let present = 0;
  for (const [digit, child] of node.children.entries()) if (child !== 0) present |= 1 << digit;
  writer.byte(branch);
  for (const bits of [present, node.leaves]) {
    writer.byte(bits & 0xff);
    writer.byte(bits >>> 8);
  }
  writer.varint(node.count - leafEntriesMax - 1);
  for (const child of node.children) if (child !== 0) writer.varint(number - child - 1);
}

function decodeBranch(reader: ByteReader, number: number): Branch {
  const present = reader.byte() | (reader.byte() << 8);
  const leaves = reader.byte() | (reader.byte() << 8);
  if (present === 0 || (leaves & ~present) !== 0) throw malformed('a branch has leaves that it does not have');
  const count = reader.varint() + leafEntriesMax + 1;
  if (count > stateEntriesMax) throw malformed('a branch has too many entries');
  const children: number[] = [];
  for (let digit = 0; digit < 16; digit++) {
    const child = (present & (1 << digit)) === 0 ? 0 : number - reader.varint() - 1;
    if (child < 0 || (child === 0 && (present & (1 << digit)) !== 0)) throw malformed('a pointer is before the first node');
    children.push(child);
  }
  return { kind: 'branch', count, children, leaves };
}
