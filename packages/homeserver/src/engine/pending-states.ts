import type { NewNode } from './trie/draft.ts';
import type { TrieNode } from './trie/node-codec.ts';
import type { StateRoot } from './trie/state-root.ts';

/**
 * States and nodes of a room that were made but are not on disk yet, for what is built on them meanwhile. They never go
 * into a shared cache before their commit: if the write loses its revision, the winner's nodes have the same numbers.
 */
export class PendingStates {
  readonly #nodes = new Map<number, TrieNode>();
  readonly #roots = new Map<number, StateRoot>();

  get nodes(): ReadonlyMap<number, TrieNode> {
    return this.#nodes;
  }

  root(number: number): StateRoot | undefined {
    return this.#roots.get(number);
  }

  add(newNodes: readonly NewNode[], number: number, root: StateRoot): void {
    for (const { number: node, node: value } of newNodes) this.#nodes.set(node, value);
    this.#roots.set(number, root);
  }

  /** What is on disk is found there. */
  committed(upTo: number): void {
    drop(this.#nodes, (number) => number < upTo);
    drop(this.#roots, (number) => number < upTo);
  }

  /** A build was given up: its numbers, from here on, are used again. */
  dropFrom(from: number): void {
    drop(this.#nodes, (number) => number >= from);
    drop(this.#roots, (number) => number >= from);
  }

  clear(): void {
    this.#nodes.clear();
    this.#roots.clear();
  }
}

function drop(map: Map<number, unknown>, which: (number: number) => boolean): void {
  for (const number of map.keys()) if (which(number)) map.delete(number);
}
