import { getInline } from './inline-state.ts';
import { digitAt, pathOf, spanAt } from './key-path.ts';
import type { Leaf, TrieNode } from './node-codec.ts';
import type { StateRoot } from './state-root.ts';
import { checkPlace, loadNode, readNodes } from './steps.ts';
import type { Peek, TrieSteps } from './steps.ts';

/** The event of one key; touches at most 5 nodes in a state of 100,000 entries. */
export function* getEntry(peek: Peek, root: StateRoot, key: number): TrieSteps<number | undefined> {
  if (root.kind === 'inline') return getInline(root.state, key);
  const path = pathOf(key);
  let number = root.number;
  for (let depth = 0; ; depth++) {
    const node = peek(number) ?? (yield* loadNode(number));
    checkPlace(node, depth);
    if (node.kind === 'leaf') return findInLeaf(node, path % spanAt(depth));
    number = node.children[digitAt(path, depth)]!;
    if (number === 0) return undefined;
  }
}

/** The events of several keys; keys that the state does not have are absent. Asks for a whole level of nodes at once. */
export function* getEntries(peek: Peek, root: StateRoot, keys: Iterable<number>): TrieSteps<Map<number, number>> {
  const found = new Map<number, number>();
  const wanted = new Map<number, number>();
  for (const key of keys) {
    const event = root.kind === 'inline' ? getInline(root.state, key) : undefined;
    if (event !== undefined) found.set(key, event);
    wanted.set(pathOf(key), key);
  }
  if (root.kind === 'inline') return found;
  yield* visitPaths(peek, root.number, [...wanted.keys()], (node, depth, paths) => {
    if (node.kind === 'branch') return;
    for (const path of paths) {
      const event = findInLeaf(node, path % spanAt(depth));
      if (event !== undefined) found.set(wanted.get(path)!, event);
    }
  });
  return found;
}

/** Visits, level by level, each node on the way to some of the paths, with those paths. */
export function* visitPaths(
  peek: Peek,
  top: number,
  paths: readonly number[],
  visit: (node: TrieNode, depth: number, paths: readonly number[], number: number) => void,
): TrieSteps<void> {
  let level = new Map<number, readonly number[]>(paths.length === 0 ? [] : [[top, paths]]);
  for (let depth = 0; level.size > 0; depth++) {
    const numbers = [...level.keys()];
    const nodes = yield* readNodes(peek, numbers);
    const below = new Map<number, number[]>();
    for (const [index, node] of nodes.entries()) {
      const inside = level.get(numbers[index]!)!;
      checkPlace(node, depth);
      visit(node, depth, inside, numbers[index]!);
      if (node.kind === 'branch') for (const path of inside) addTo(below, node.children[digitAt(path, depth)]!, path);
    }
    below.delete(0);
    level = below;
  }
}

function addTo(level: Map<number, number[]>, child: number, path: number): void {
  const paths = level.get(child);
  if (paths === undefined) level.set(child, [path]);
  else paths.push(path);
}

function findInLeaf(leaf: Leaf, suffix: number): number | undefined {
  const index = leaf.suffixes.indexOf(suffix);
  return index === -1 ? undefined : leaf.events[index];
}
