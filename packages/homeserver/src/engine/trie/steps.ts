import { depthMax, spanAt } from './key-path.ts';
import { leafEntriesMax } from './node-codec.ts';
import type { TrieNode } from './node-codec.ts';
import { TrieError, inconsistent } from './trie-error.ts';

/**
 * Each operation on a trie is a generator: it reads nodes by `Peek` and, only where that has none, yields the numbers of
 * those that it needs and is resumed with them. So nothing waits while nodes are in memory, the caller decides where
 * the rest comes from, and no operation knows a database. State-trie.ts drives them.
 */
export type TrieSteps<T> = Generator<readonly number[], T, ReadonlyMap<number, TrieNode>>;

/** A node of one room that is in memory now. */
export type Peek = (number: number) => TrieNode | undefined;

/** How many nodes one step asks for at most. */
export const nodesPerStepMax = 256;

/** The nodes of these numbers, in their order, asking for those that are not in memory. */
export function* readNodes(peek: Peek, numbers: readonly number[]): TrieSteps<TrieNode[]> {
  const nodes = numbers.map((number) => peek(number));
  const missing = numbers.filter((_, index) => nodes[index] === undefined);
  if (missing.length === 0) return nodes as TrieNode[];
  const loaded = new Map<number, TrieNode>();
  for (let start = 0; start < missing.length; start += nodesPerStepMax) {
    const got = yield missing.slice(start, start + nodesPerStepMax);
    for (const number of missing.slice(start, start + nodesPerStepMax)) loaded.set(number, present(got.get(number), number));
  }
  return nodes.map((node, index) => node ?? loaded.get(numbers[index]!)!);
}

/** One node that is not in memory. */
export function* loadNode(number: number): TrieSteps<TrieNode> {
  return present((yield [number]).get(number), number);
}

/** Refuses a node that cannot stand at this depth, which bounds every descent. */
export function checkPlace(node: TrieNode, depth: number): void {
  if (node.kind === 'leaf') {
    if (node.suffixes.at(-1)! >= spanAt(depth)) throw inconsistent('a leaf is outside its place');
  } else if (depth >= depthMax || spanAt(depth) <= leafEntriesMax) {
    throw inconsistent('a branch is too deep');
  }
}

function present(node: TrieNode | undefined, number: number): TrieNode {
  if (node === undefined) throw new TrieError('missing-node', `state trie: node ${number} is missing`);
  return node;
}
