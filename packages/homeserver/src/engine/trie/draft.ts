import { depthMax, digitAt, spanAt } from './key-path.ts';
import { encodeNode, leafEntriesMax } from './node-codec.ts';
import type { TrieNode } from './node-codec.ts';
import { inconsistent } from './trie-error.ts';

/** An entry on its way into the trie. */
export type PathEntry = { readonly path: number; readonly event: number };

/**
 * A subtree of the state that is being made. It gets numbers only when the whole shape is known, because a branch that
 * shrinks to 32 entries becomes a leaf and takes its children's new leaves back.
 */
export type Draft = KeptDraft | LeafDraft | BranchDraft;
/** A subtree that is the same as before: its node keeps its number. */
export type KeptDraft = { readonly kind: 'kept'; readonly number: number; readonly leaf: boolean };
export type LeafDraft = { readonly kind: 'leaf'; readonly entries: readonly PathEntry[] };
export type BranchDraft = { readonly kind: 'branch'; readonly count: number; readonly children: readonly (Draft | undefined)[] };

/** A node that is to be stored. */
export type NewNode = { readonly number: number; readonly node: TrieNode; readonly bytes: Uint8Array };

/** The one shape of these entries (at least one, in the order of their paths, all below one place of this depth). */
export function draftOf(entries: readonly PathEntry[], depth: number): LeafDraft | BranchDraft {
  if (entries.length <= leafEntriesMax) return { kind: 'leaf', entries };
  if (depth >= depthMax) throw inconsistent('one path has several entries');
  const children = splitByDigit(entries, depth).map((inside) => (inside.length === 0 ? undefined : draftOf(inside, depth + 1)));
  return { kind: 'branch', count: entries.length, children };
}

/** Sixteen lists, each in the order that the items had. */
export function splitByDigit<T extends { readonly path: number }>(items: readonly T[], depth: number): T[][] {
  const split: T[][] = Array.from({ length: 16 }, () => []);
  for (const item of items) split[digitAt(item.path, depth)]!.push(item);
  return split;
}

/**
 * Gives numbers, children before their parents (pointers lead to smaller numbers), and appends the new nodes in that
 * order to `into`. Recursion is at most 14 deep. Returns the number of the draft's own node.
 */
export function numberDraft(draft: Draft, depth: number, nextNumber: number, into: NewNode[]): number {
  if (draft.kind === 'kept') return draft.number;
  const node = draft.kind === 'leaf' ? leafNode(draft, depth) : branchNode(draft, depth, nextNumber, into);
  const number = nextNumber + into.length;
  into.push({ number, node, bytes: encodeNode(node, number) });
  return number;
}

function leafNode(draft: LeafDraft, depth: number): TrieNode {
  const span = spanAt(depth);
  return { kind: 'leaf', suffixes: draft.entries.map((entry) => entry.path % span), events: draft.entries.map((entry) => entry.event) };
}

function branchNode(draft: BranchDraft, depth: number, nextNumber: number, into: NewNode[]): TrieNode {
  let leaves = 0;
  const children = draft.children.map((child, digit) => {
    if (child === undefined) return 0;
    if (child.kind === 'leaf' || (child.kind === 'kept' && child.leaf)) leaves |= 1 << digit;
    return numberDraft(child, depth + 1, nextNumber, into);
  });
  return { kind: 'branch', count: draft.count, children, leaves };
}
