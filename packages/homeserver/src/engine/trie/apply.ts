import { draftOf, numberDraft, splitByDigit } from './draft.ts';
import type { Draft, NewNode, PathEntry } from './draft.ts';
import { addPair, removePair } from './fingerprint.ts';
import type { Fingerprint, PairHash } from './fingerprint.ts';
import { changeInline, inlineOf } from './inline-state.ts';
import type { KeyChange } from './inline-state.ts';
import { keyOf, pathOf, spanAt } from './key-path.ts';
import { visitPaths } from './lookup.ts';
import { leafEntriesMax, stateEntriesMax } from './node-codec.ts';
import type { Branch, Leaf, TrieNode } from './node-codec.ts';
import type { StateRoot } from './state-root.ts';
import { checkPlace, readNodes } from './steps.ts';
import type { Peek, TrieSteps } from './steps.ts';
import { TrieError, checkInteger, inconsistent } from './trie-error.ts';

/** What to set and, with undefined, to delete. */
export type StateChanges = ReadonlyMap<number, number | undefined>;

export type Applied = {
  readonly root: StateRoot;
  /** What has to be stored with the root (pack.ts), numbered from the given number on without a gap. */
  readonly newNodes: readonly NewNode[];
  readonly nextNumber: number;
  /** The changes that changed something. */
  readonly changed: readonly KeyChange[];
};

/** Where new nodes are numbered from (at least 1, above all earlier ones of the room), and the fingerprint's hash. */
export type ApplyWith = { readonly nextNumber: number; readonly pairHash: PairHash };

type PathChange = { readonly path: number; readonly event: number | undefined };
type Walk = { readonly peek: Peek; readonly loaded: ReadonlyMap<number, TrieNode>; readonly changed: KeyChange[] };
type Updated = { readonly draft: Draft | undefined; readonly added: number };

/**
 * The state after some changes. Costs the nodes on the way to the changed keys, and with a delete that makes a subtree
 * small, its at most 16 leaves. Building or joining tens of thousands of entries takes tens of milliseconds: in a worker.
 */
export function* applyChanges(peek: Peek, root: StateRoot, changes: StateChanges, using: ApplyWith): TrieSteps<Applied> {
  checkInteger(using.nextNumber, 'the next node number', 1);
  for (const [key, event] of changes) {
    checkInteger(key, 'a key');
    if (event !== undefined) checkInteger(event, 'an event number');
  }
  const { draft, changed } = root.kind === 'inline' ? changeSmall(root.state, changes) : yield* changeLarge(peek, root.number, changes);
  if (changed.length === 0) return { root, newNodes: [], nextNumber: using.nextNumber, changed };
  const newNodes: NewNode[] = [];
  const fingerprint = changeFingerprint(root.fingerprint, changed, using.pairHash);
  const next = rootOf(draft, fingerprint, using.nextNumber, newNodes);
  return { root: next, newNodes, nextNumber: using.nextNumber + newNodes.length, changed };
}

function changeSmall(state: { readonly keys: readonly number[]; readonly events: readonly number[] }, changes: StateChanges): Changed {
  const result = changeInline(state, changes);
  const entries = result.state.keys.map((key, index) => ({ path: pathOf(key), event: result.state.events[index]! }));
  entries.sort((a, b) => a.path - b.path);
  return { draft: entries.length === 0 ? undefined : draftOf(entries, 0), changed: result.changed };
}

type Changed = { readonly draft: Draft | undefined; readonly changed: KeyChange[] };

function* changeLarge(peek: Peek, top: number, changes: StateChanges): TrieSteps<Changed> {
  const ordered: PathChange[] = [...changes].map(([key, event]) => ({ path: pathOf(key), event }));
  ordered.sort((a, b) => a.path - b.path);
  const loaded = new Map<number, TrieNode>();
  yield* visitPaths(
    peek,
    top,
    ordered.map((change) => change.path),
    (node, _depth, _paths, number) => loaded.set(number, node),
  );
  const walk: Walk = { peek, loaded, changed: [] };
  if (ordered.length === 0) return { draft: undefined, changed: [] };
  const { draft } = yield* updateNode(walk, top, 0, ordered);
  return { draft, changed: walk.changed };
}

function* updateNode(walk: Walk, number: number, depth: number, changes: readonly PathChange[]): TrieSteps<Updated> {
  const node = walk.loaded.get(number)!;
  if (node.kind === 'branch') return yield* updateBranch(walk, number, node, depth, changes);
  const before = leafEntries(node, depth, changes[0]!.path);
  const after = mergeChanges(before, changes, walk.changed);
  if (after === before) return { draft: { kind: 'kept', number, leaf: true }, added: 0 };
  return { draft: after.length === 0 ? undefined : draftOf(after, depth), added: after.length - before.length };
}

function* updateBranch(walk: Walk, number: number, node: Branch, depth: number, changes: readonly PathChange[]): TrieSteps<Updated> {
  const changedBefore = walk.changed.length;
  const children: (Draft | undefined)[] = [];
  let count = node.count;
  for (const [digit, inside] of splitByDigit(changes, depth).entries()) {
    const child = node.children[digit]!;
    const updated = yield* updateChild(walk, child, (node.leaves & (1 << digit)) !== 0, depth + 1, inside);
    children.push(updated.draft);
    count += updated.added;
  }
  const added = count - node.count;
  if (walk.changed.length === changedBefore) return { draft: { kind: 'kept', number, leaf: false }, added };
  if (count > leafEntriesMax) return { draft: { kind: 'branch', count, children }, added };
  const entries = yield* collapse(walk.peek, children, depth + 1, prefixOf(changes[0]!.path, depth));
  if (entries.length !== count) throw inconsistent('a branch does not have the entries that it counts');
  return { draft: count === 0 ? undefined : { kind: 'leaf', entries }, added };
}

function* updateChild(walk: Walk, child: number, leaf: boolean, depth: number, changes: readonly PathChange[]): TrieSteps<Updated> {
  if (child !== 0)
    return changes.length > 0 ? yield* updateNode(walk, child, depth, changes) : { draft: { kind: 'kept', number: child, leaf }, added: 0 };
  const entries = mergeChanges([], changes, walk.changed);
  return { draft: entries.length === 0 ? undefined : draftOf(entries, depth), added: entries.length };
}

/** The entries of a branch that has become small; all its children must be leaves by now. */
function* collapse(peek: Peek, children: readonly (Draft | undefined)[], depth: number, prefix: number): TrieSteps<PathEntry[]> {
  const kept = children.filter((child) => child?.kind === 'kept');
  const nodes = yield* readNodes(
    peek,
    kept.map((child) => child.number),
  );
  const entries: PathEntry[] = [];
  for (const [digit, child] of children.entries()) {
    if (child === undefined) continue;
    if (child.kind === 'branch') throw inconsistent('a small branch has a large one below it');
    const node = child.kind === 'kept' ? nodes[kept.indexOf(child)]! : undefined;
    if (node !== undefined) checkPlace(node, depth);
    if (node?.kind === 'branch') throw inconsistent('a small branch has a branch below it');
    if (child.kind === 'leaf') entries.push(...child.entries);
    else entries.push(...leafEntries(node!, depth, prefix + digit * spanAt(depth)));
  }
  return entries;
}

/** A leaf's entries with their whole paths; `path` is any path below the leaf's place. */
function leafEntries(leaf: Leaf, depth: number, path: number): PathEntry[] {
  const prefix = prefixOf(path, depth);
  return leaf.suffixes.map((suffix, index) => ({ path: prefix + suffix, event: leaf.events[index]! }));
}

function prefixOf(path: number, depth: number): number {
  return path - (path % spanAt(depth));
}

/** Both in the order of paths. Returns `before` itself if nothing changes; appends what does change to `changed`. */
function mergeChanges(before: PathEntry[], changes: readonly PathChange[], changed: KeyChange[]): PathEntry[] {
  const changedBefore = changed.length;
  const after: PathEntry[] = [];
  let next = 0;
  for (const { path, event } of changes) {
    while (next < before.length && before[next]!.path < path) after.push(before[next++]!);
    const old = before[next]?.path === path ? before[next++]!.event : undefined;
    if (event !== undefined) after.push({ path, event });
    if (event !== old) changed.push({ key: keyOf(path), before: old, after: event });
  }
  if (changed.length === changedBefore) return before;
  while (next < before.length) after.push(before[next++]!);
  return after;
}

function changeFingerprint(before: Fingerprint, changed: readonly KeyChange[], pairHash: PairHash): Fingerprint {
  let sum = before;
  for (const change of changed) {
    if (change.before !== undefined) sum = removePair(sum, pairHash(change.key, change.before));
    if (change.after !== undefined) sum = addPair(sum, pairHash(change.key, change.after));
  }
  return sum;
}

function rootOf(draft: Draft | undefined, fingerprint: Fingerprint, nextNumber: number, into: NewNode[]): StateRoot {
  if (draft === undefined) return { kind: 'inline', state: { keys: [], events: [] }, fingerprint };
  if (draft.kind === 'leaf')
    return { kind: 'inline', state: inlineOf(draft.entries.map((entry) => [keyOf(entry.path), entry.event])), fingerprint };
  if (draft.kind === 'kept') throw inconsistent('a changed state kept its top node');
  if (draft.count > stateEntriesMax) throw new TrieError('out-of-range', `state trie: a state of ${draft.count} entries`);
  return { kind: 'node', number: numberDraft(draft, 0, nextNumber, into), count: draft.count, fingerprint };
}
