import { diffInline, getInline } from './inline-state.ts';
import type { InlineState, KeyChange } from './inline-state.ts';
import { digitAt, keyOf, pathOf, spanAt } from './key-path.ts';
import type { Leaf, TrieNode } from './node-codec.ts';
import { countOf } from './state-root.ts';
import type { StateRoot } from './state-root.ts';
import { checkPlace, readNodes } from './steps.ts';
import type { Peek, TrieSteps } from './steps.ts';
import { inconsistent } from './trie-error.ts';

/** What one of the two states has below a place: nothing, a node that is not read yet, a node, or part of a leaf. */
type Side = undefined | number | TrieNode;
type Pair = { readonly prefix: number; readonly before: Side; readonly after: Side };

/**
 * The keys in which two states of one room differ, each once, in an order that depends only on the two states. Where
 * both have the same node, nothing below is read, so the cost is what was written since the states parted.
 */
export function* diffStates(peek: Peek, before: StateRoot, after: StateRoot): TrieSteps<KeyChange[]> {
  if (before.fingerprint === after.fingerprint) return [];
  if (before.kind === 'inline' && after.kind === 'inline') return diffInline(before.state, after.state);
  const changes: KeyChange[] = [];
  let level: Pair[] = [{ prefix: 0, before: sideOf(before), after: sideOf(after) }];
  for (let depth = 0; level.length > 0; depth++) {
    const numbers = level.flatMap((pair) => [pair.before, pair.after]).filter((side) => typeof side === 'number');
    const nodes = (yield* readNodes(peek, numbers)).values();
    const below: Pair[] = [];
    for (const pair of level) {
      const left = typeof pair.before === 'number' ? nodes.next().value! : pair.before;
      const right = typeof pair.after === 'number' ? nodes.next().value! : pair.after;
      for (const node of [left, right]) if (node !== undefined) checkPlace(node, depth);
      if (left?.kind === 'branch' || right?.kind === 'branch') pairChildren(left, right, pair.prefix, depth, below);
      else diffLeaves(left, right, pair.prefix, changes);
    }
    // Below each place is at least one entry of one of the states.
    if (below.length > countOf(before) + countOf(after)) throw inconsistent('a state has more entries than it counts');
    level = below;
  }
  return changes;
}

function pairChildren(before: TrieNode | undefined, after: TrieNode | undefined, prefix: number, depth: number, into: Pair[]): void {
  for (let digit = 0; digit < 16; digit++) {
    const left = childOf(before, depth, digit);
    const right = childOf(after, depth, digit);
    if (left !== right) into.push({ prefix: prefix + digit * spanAt(depth + 1), before: left, after: right });
  }
}

function childOf(node: TrieNode | undefined, depth: number, digit: number): Side {
  if (node === undefined) return undefined;
  if (node.kind === 'branch') return node.children[digit] === 0 ? undefined : node.children[digit];
  const span = spanAt(depth + 1);
  const inside = [...node.suffixes.keys()].filter((index) => digitAt(node.suffixes[index]!, depth) === digit);
  if (inside.length === 0) return undefined;
  return {
    kind: 'leaf',
    suffixes: inside.map((index) => node.suffixes[index]! % span),
    events: inside.map((index) => node.events[index]!),
  };
}

function diffLeaves(before: Leaf | undefined, after: Leaf | undefined, prefix: number, into: KeyChange[]): void {
  const left: InlineState = { keys: before?.suffixes ?? [], events: before?.events ?? [] };
  const right: InlineState = { keys: after?.suffixes ?? [], events: after?.events ?? [] };
  for (const change of diffInline(left, right)) into.push({ ...change, key: keyOf(prefix + change.key) });
}

/** A small state as the leaf that it would be at the top. */
function sideOf(root: StateRoot): Side {
  if (root.kind === 'node') return root.number;
  if (root.state.keys.length === 0) return undefined;
  const entries = root.state.keys.map((key) => ({ suffix: pathOf(key), event: getInline(root.state, key)! }));
  entries.sort((a, b) => a.suffix - b.suffix);
  return { kind: 'leaf', suffixes: entries.map((entry) => entry.suffix), events: entries.map((entry) => entry.event) };
}
