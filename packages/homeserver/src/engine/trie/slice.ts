import { keyOf, pathOf, spanAt } from './key-path.ts';
import type { TrieNode } from './node-codec.ts';
import type { StateRoot } from './state-root.ts';
import { checkPlace, nodesPerStepMax, readNodes } from './steps.ts';
import type { Peek, TrieSteps } from './steps.ts';
import { checkInteger, inconsistent } from './trie-error.ts';

export type StateEntry = readonly [key: number, event: number];

/** Some entries of a state; `next` is where to go on, undefined at the end. */
export type StateSlice = { readonly entries: readonly StateEntry[]; readonly next: number | undefined };

/** A place of the trie that is still to be visited; its node may be read already. */
type Place = { readonly number: number; readonly depth: number; readonly prefix: number; readonly node?: TrieNode };

/**
 * At least `limit` entries (fewer only at the end, at most 31 more), in an order that is the same for all large states.
 * Start with `from` 0 and go on with the `next` of the slice before; each slice stands alone, so a long walk can be left
 * and taken up anywhere. Asks for nodes by the window: about as many as the limit needs, at most `nodesPerStepMax`.
 */
export function* sliceEntries(peek: Peek, root: StateRoot, from: number, limit: number): TrieSteps<StateSlice> {
  if (root.kind === 'inline') return { entries: root.state.keys.map((key, index) => [key, root.state.events[index]!]), next: undefined };
  checkInteger(limit, 'the limit of a slice', 1);
  const window = Math.min(nodesPerStepMax, Math.max(16, Math.ceil(limit / 16)));
  const entries: StateEntry[] = [];
  let places: Place[] = [{ number: root.number, depth: 0, prefix: 0 }];
  while (places.length > 0 && entries.length < limit) {
    const read = yield* readPlaces(peek, places.slice(0, window));
    const rest = places.slice(window);
    const branchAt = read.findIndex((place) => place.node.kind === 'branch');
    const leavesEnd = branchAt === -1 ? read.length : branchAt;
    let taken = 0;
    while (taken < leavesEnd && entries.length < limit) takeLeaf(read[taken++]!, from, entries);
    if (taken === leavesEnd) places = [...read.slice(leavesEnd).flatMap((place) => expand(place, from)), ...rest];
    else places = [...read.slice(taken), ...rest];
    if (entries.length > root.count) throw inconsistent('a state has more entries than it counts');
  }
  return { entries, next: places.length === 0 ? undefined : pathAfter(entries) };
}

type ReadPlace = Place & { readonly node: TrieNode };

function* readPlaces(peek: Peek, places: readonly Place[]): TrieSteps<ReadPlace[]> {
  const unread = places.filter((place) => place.node === undefined);
  const nodes = (yield* readNodes(
    peek,
    unread.map((place) => place.number),
  )).values();
  return places.map((place) => ({ ...place, node: place.node ?? nodes.next().value! }));
}

function takeLeaf(place: ReadPlace, from: number, into: StateEntry[]): void {
  checkPlace(place.node, place.depth);
  if (place.node.kind !== 'leaf') return;
  for (const [index, suffix] of place.node.suffixes.entries()) {
    const path = place.prefix + suffix;
    if (path >= from) into.push([keyOf(path), place.node.events[index]!]);
  }
}

/** A branch's children that reach `from`; a leaf stays what it is. */
function expand(place: ReadPlace, from: number): Place[] {
  checkPlace(place.node, place.depth);
  if (place.node.kind === 'leaf') return [place];
  const span = spanAt(place.depth + 1);
  const children = place.node.children.map((number, digit) => ({ number, depth: place.depth + 1, prefix: place.prefix + digit * span }));
  return children.filter((child) => child.number !== 0 && child.prefix + span > from);
}

function pathAfter(entries: readonly StateEntry[]): number {
  return pathOf(entries.at(-1)![0]) + 1;
}
