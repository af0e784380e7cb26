import { ByteReader, ByteWriter } from './byte-codec.ts';
import type { NewNode } from './draft.ts';
import { malformed } from './trie-error.ts';

/**
 * The new nodes of one change are one row of `state_nodes`, under the number of the first; a node's row is the one with
 * the largest number ≤ its own. Row: how many nodes, the length of each (0 where the sweep took it), then their bytes.
 */
export type NodesRow = { readonly number: number; readonly bytes: Uint8Array };

/**
 * A change has 250 to 500 bytes; only larger ones make several rows. The bound keeps a row inside the B-tree page of
 * both engines (SQLite spills above 1,002 bytes in a table without rowid, PostgreSQL above 2,000).
 */
export const rowBytesMax = 960;
/** Nodes of one row: each has at least 4 bytes and a length, so no row reaches it. */
const rowNodesMax = 256;
/** The count in front of a row. */
const headBytesMax = 2;

/** The rows to insert for the new nodes of one or several changes, in the order of their numbers. */
export function packNodes(newNodes: readonly NewNode[]): NodesRow[] {
  const rows: NodesRow[] = [];
  let group: NewNode[] = [];
  let size = headBytesMax;
  for (const node of newNodes) {
    const first = group[0];
    // A length takes 2 bytes at most.
    const full = size + node.bytes.length + 2 > rowBytesMax;
    if (first !== undefined && (full || node.number !== first.number + group.length)) {
      rows.push(packGroup(group));
      group = [];
      size = headBytesMax;
    }
    group.push(node);
    size += node.bytes.length + 2;
  }
  if (group.length > 0) rows.push(packGroup(group));
  return rows;
}

/** The bytes of one node; undefined if the row does not hold it. */
export function unpackNode(row: NodesRow, number: number): Uint8Array | undefined {
  for (const [packed, bytes] of packedNodes(row)) if (packed === number) return bytes;
  return undefined;
}

/** All nodes that a row holds, with their numbers. The bytes are views of the row's. */
export function packedNodes(row: NodesRow): Map<number, Uint8Array> {
  const reader = new ByteReader(row.bytes);
  const count = reader.varint();
  if (count < 1 || count > rowNodesMax) throw malformed(`a row of ${count} nodes`);
  const lengths = Array.from({ length: count }, () => reader.varint());
  const nodes = new Map<number, Uint8Array>();
  for (const [index, length] of lengths.entries()) if (length > 0) nodes.set(row.number + index, reader.raw(length));
  reader.end();
  return nodes;
}

/** A row that starts at this number and holds these nodes, with gaps where there is none. */
export function packNumbered(first: number, nodes: ReadonlyMap<number, Uint8Array>): NodesRow {
  const writer = new ByteWriter();
  const count = Math.max(...nodes.keys()) - first + 1;
  writer.varint(count);
  for (let index = 0; index < count; index++) writer.varint(nodes.get(first + index)?.length ?? 0);
  for (const [, bytes] of [...nodes].sort((a, b) => a[0] - b[0])) writer.raw(bytes);
  return { number: first, bytes: writer.finish() };
}

function packGroup(group: readonly NewNode[]): NodesRow {
  return packNumbered(group[0]!.number, new Map(group.map((node) => [node.number, node.bytes])));
}
