import fc from 'fast-check';

import type { Applied, StateChanges } from '../engine/trie/apply.ts';
import { createPairHash } from '../engine/trie/fingerprint.ts';
import { keyOf } from '../engine/trie/key-path.ts';
import type { NodeCache } from '../engine/trie/node-cache.ts';
import { RecentNodes } from '../engine/trie/node-cache.ts';
import { decodeNode } from '../engine/trie/node-codec.ts';
import { packNodes, unpackNode } from '../engine/trie/pack.ts';
import type { NodesRow } from '../engine/trie/pack.ts';
import type { StateSlice } from '../engine/trie/slice.ts';
import { emptyRoot } from '../engine/trie/state-root.ts';
import type { StateRoot } from '../engine/trie/state-root.ts';
import { StateTrie } from '../engine/trie/state-trie.ts';
import type { RoomTrie } from '../engine/trie/state-trie.ts';

export const testPairHash = createPairHash(new Uint8Array(32).fill(7));

/** One room's rows of state_nodes in memory, with counters of what is read and written. */
export class TrieStore {
  rows: NodesRow[] = [];
  nextNumber = 1;
  /** Nodes asked of the loader, and steps in which they were asked for. */
  loaded = 0;
  loads = 0;
  /** Nodes looked at, in memory or not. */
  touched = 0;
  rowsWritten = 0;
  bytesWritten = 0;
  nodesWritten = 0;
  readonly trie: StateTrie;
  readonly room: RoomTrie;

  constructor(cache: NodeCache = new RecentNodes(2 ** 28)) {
    const counted: NodeCache = {
      get: (room, number) => {
        this.touched++;
        return cache.get(room, number);
      },
      set: (room, number, node) => cache.set(room, number, node),
    };
    this.trie = new StateTrie({ cache: counted, load: (_room, numbers) => this.load(numbers), pairHash: testPairHash });
    this.room = this.trie.inRoom(1);
  }

  load(numbers: readonly number[]): Map<number, Uint8Array> {
    this.loads++;
    this.loaded += numbers.length;
    return new Map(
      numbers.map((number) => [number, this.stored(number)] as const).filter((node): node is [number, Uint8Array] => node[1] !== undefined),
    );
  }

  /** As the query does it: the row with the largest number not above the node's. */
  stored(number: number): Uint8Array | undefined {
    let low = 0;
    let high = this.rows.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.rows[middle]!.number <= number) low = middle + 1;
      else high = middle;
    }
    const row = this.rows[low - 1];
    return row === undefined ? undefined : unpackNode(row, number);
  }

  /** Applies and stores, as one committed write does. */
  apply(root: StateRoot, changes: StateChanges): Applied {
    const applied = now(this.room.apply(root, changes, this.nextNumber));
    const rows = packNodes(applied.newNodes);
    this.rows.push(...rows);
    this.nextNumber = applied.nextNumber;
    this.rowsWritten += rows.length;
    this.nodesWritten += applied.newNodes.length;
    for (const row of rows) this.bytesWritten += row.bytes.length;
    this.trie.committed(1, applied.newNodes);
    return applied;
  }

  build(entries: Iterable<readonly [number, number]>): StateRoot {
    return this.apply(emptyRoot, new Map(entries)).root;
  }

  entries(root: StateRoot): Map<number, number> {
    const entries: (readonly [number, number])[] = [];
    for (let from: number | undefined = 0; from !== undefined;) {
      const slice: StateSlice = now(this.room.slice(root, from, 1000));
      entries.push(...slice.entries);
      from = slice.next;
    }
    return new Map(entries);
  }

  /** The whole shape of a state without node numbers, to compare two tries. */
  shape(root: StateRoot): unknown {
    return root.kind === 'inline' ? [root.state.keys, root.state.events] : this.#shapeOf(root.number);
  }

  resetCounters(): void {
    this.loaded = this.loads = this.touched = 0;
    this.rowsWritten = this.bytesWritten = this.nodesWritten = 0;
  }

  #shapeOf(number: number): unknown {
    const node = decodeNode(this.stored(number)!, number);
    if (node.kind === 'leaf') return [node.suffixes, node.events];
    return [node.count, node.leaves, node.children.map((child) => (child === 0 ? null : this.#shapeOf(child)))];
  }
}

/** What an operation answers when nothing has to be waited for. */
export function now<T>(result: T | Promise<T>): T {
  if (result instanceof Promise) throw new Error('the operation waited');
  return result;
}

/** Keys as they come: dense ones, ones whose paths crowd into one corner (deep tries), the same with different upper bits. */
const commonKeys = [
  ...Array.from({ length: 150 }, (_, key) => key),
  ...Array.from({ length: 100 }, (_, place) => keyOf(2 ** 44 + place * 2 ** 21)),
  ...Array.from({ length: 100 }, (_, upper) => keyOf(3 * 2 ** 43 + upper)),
];

export const keys = fc.oneof(
  { weight: 9, arbitrary: fc.nat(commonKeys.length - 1).map((index) => commonKeys[index]!) },
  { weight: 1, arbitrary: fc.maxSafeNat() },
);

export const events = fc.oneof(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 10_000, max: 60_000 }), fc.maxSafeNat());

/**
 * Changes of the sizes that matter: a few, a few hundred, and (so that branches collapse) the loss of most of what the
 * ranges of `keys` can hold. Sizes are stated, as fast-check on its own stays near ten, where all states are inline.
 */
export const changes: fc.Arbitrary<StateChanges> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.array(fc.tuple(keys, fc.option(events, { freq: 3, nil: undefined })), { maxLength: 12, size: 'max' }).map(changesOf),
  },
  {
    weight: 3,
    arbitrary: fc.array(fc.tuple(keys, fc.option(events, { freq: 6, nil: undefined })), { maxLength: 300, size: 'max' }).map(changesOf),
  },
  {
    weight: 1,
    arbitrary: fc
      .integer({ min: 0, max: 60 })
      .map((kept) => changesOf(commonKeys.filter((_, index) => (index * 37) % 350 >= kept).map((key) => [key, undefined]))),
  },
);

function changesOf(list: readonly (readonly [number, number | undefined])[]): StateChanges {
  return new Map(list);
}

/** The same on a map: what every operation is compared with. */
export function changeMap(before: ReadonlyMap<number, number>, changed: StateChanges): Map<number, number> {
  const after = new Map(before);
  for (const [key, event] of changed) {
    if (event === undefined) after.delete(key);
    else after.set(key, event);
  }
  return after;
}
