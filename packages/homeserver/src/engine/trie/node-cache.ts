import { nodeBytes } from './node-codec.ts';
import type { TrieNode } from './node-codec.ts';

/** Decoded nodes that are committed. Nodes never change and numbers are never given twice, so nothing goes stale. */
export interface NodeCache {
  get(room: number, number: number): TrieNode | undefined;
  set(room: number, number: number, node: TrieNode): void;
}

/**
 * Keeps what was used lately, in two generations: when the younger has half of the bytes, the older is dropped and the
 * younger becomes the older; what is used of the older moves back. No list to maintain on the way of a read.
 */
export class RecentNodes implements NodeCache {
  readonly #bytesMax: number;
  #young: Generation = { rooms: new Map(), bytes: 0 };
  #old: Generation = { rooms: new Map(), bytes: 0 };
  hits = 0;
  misses = 0;

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  get bytes(): number {
    return this.#young.bytes + this.#old.bytes;
  }

  get(room: number, number: number): TrieNode | undefined {
    const young = this.#young.rooms.get(room)?.get(number);
    if (young !== undefined) {
      this.hits++;
      return young;
    }
    const old = this.#old.rooms.get(room)?.get(number);
    if (old === undefined) this.misses++;
    else {
      this.hits++;
      this.set(room, number, old);
    }
    return old;
  }

  set(room: number, number: number, node: TrieNode): void {
    remove(this.#old, room, number);
    remove(this.#young, room, number);
    const bytes = nodeBytes(node);
    if (this.#young.bytes + bytes > this.#bytesMax / 2) {
      this.#old = this.#young;
      this.#young = { rooms: new Map(), bytes: 0 };
    }
    let nodes = this.#young.rooms.get(room);
    if (nodes === undefined) this.#young.rooms.set(room, (nodes = new Map()));
    nodes.set(number, node);
    this.#young.bytes += bytes;
  }

  /** For a room that is purged. */
  forgetRoom(room: number): void {
    for (const generation of [this.#young, this.#old]) {
      for (const number of generation.rooms.get(room)?.keys() ?? []) remove(generation, room, number);
    }
  }
}

type Generation = { readonly rooms: Map<number, Map<number, TrieNode>>; bytes: number };

function remove(generation: Generation, room: number, number: number): void {
  const nodes = generation.rooms.get(room);
  const node = nodes?.get(number);
  if (nodes === undefined || node === undefined) return;
  nodes.delete(number);
  if (nodes.size === 0) generation.rooms.delete(room);
  generation.bytes -= nodeBytes(node);
}
