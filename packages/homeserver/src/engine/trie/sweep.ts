import type { NodeSet } from './node-set.ts';
import { packedNodes, packNumbered } from './pack.ts';
import type { NodesRow } from './pack.ts';
import type { StateRoot } from './state-root.ts';
import { nodesPerStepMax, readNodes } from './steps.ts';
import type { Peek, TrieSteps } from './steps.ts';

/**
 * Adds all nodes that are reachable from these roots. Leaves are marked without being read, and nothing below a marked
 * node is visited again, so many calls with one set, a few roots each, cost no more than one.
 */
export function* markNodes(peek: Peek, roots: Iterable<StateRoot>, marked: NodeSet): TrieSteps<void> {
  const open: number[] = [];
  for (const root of roots) if (root.kind === 'node' && marked.add(root.number)) open.push(root.number);
  // At most as many rounds as there are nodes: each is opened once.
  while (open.length > 0) {
    for (const node of yield* readNodes(peek, open.splice(-nodesPerStepMax))) {
      if (node.kind === 'leaf') continue;
      for (const [digit, child] of node.children.entries()) {
        if (child !== 0 && marked.add(child) && (node.leaves & (1 << digit)) === 0) open.push(child);
      }
    }
  }
}

/** What becomes of a row: `rewrite` is worth its own log only where it frees at least half of the bytes. */
export type SweptRow = { readonly verdict: 'keep' | 'delete' } | { readonly verdict: 'rewrite'; readonly row: NodesRow };

/**
 * Judges one row after marking. `below` is the room's next number when marking began: what came later was not marked
 * and stays. In a rewritten row the other nodes keep their numbers.
 */
export function sweepRow(row: NodesRow, marked: NodeSet, below: number): SweptRow {
  const nodes = [...packedNodes(row)];
  if (nodes.some(([number]) => number >= below)) return { verdict: 'keep' };
  const kept = nodes.filter(([number]) => marked.has(number));
  if (kept.length === 0) return { verdict: 'delete' };
  const swept = packNumbered(row.number, new Map(kept));
  return swept.bytes.length * 2 <= row.bytes.length ? { verdict: 'rewrite', row: swept } : { verdict: 'keep' };
}
