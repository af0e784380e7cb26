import type { Soon } from '../soon.ts';
import { applyChanges } from './apply.ts';
import type { Applied, StateChanges } from './apply.ts';
import { diffStates } from './diff.ts';
import type { NewNode } from './draft.ts';
import type { PairHash } from './fingerprint.ts';
import type { KeyChange } from './inline-state.ts';
import { getEntries, getEntry } from './lookup.ts';
import type { NodeCache } from './node-cache.ts';
import { decodeNode } from './node-codec.ts';
import type { TrieNode } from './node-codec.ts';
import type { NodeSet } from './node-set.ts';
import { sliceEntries } from './slice.ts';
import type { StateEntry, StateSlice } from './slice.ts';
import type { StateRoot } from './state-root.ts';
import type { Peek, TrieSteps } from './steps.ts';
import { markNodes } from './sweep.ts';
import { verifyState } from './verify.ts';

/**
 * Reads nodes of a room (at most 256 at a time) from where they are stored: for each the row with the largest number ≤
 * its own, and `unpackNode`. May bring more than was asked for, such as the rest of a row; what it does not bring is an
 * error `missing-node`.
 */
export type LoadNodes = (room: number, numbers: readonly number[]) => Soon<ReadonlyMap<number, Uint8Array>>;

export type StateTrieNeeds = { readonly load: LoadNodes; readonly cache: NodeCache; readonly pairHash: PairHash };

/** New nodes that are not committed yet, by number: what a room's queue builds upon while its write is under way. */
export type PendingNodes = ReadonlyMap<number, TrieNode>;

/** The states of all rooms: the operations of this folder, driven by a cache and a loader. All throw TrieError. */
export class StateTrie {
  readonly #needs: StateTrieNeeds;

  constructor(needs: StateTrieNeeds) {
    this.#needs = needs;
  }

  /**
   * The states of one room. Nodes of a write that is not committed must be handed in as `pending` and never go into the
   * cache: if the write loses its revision, the winner's nodes have the same numbers.
   */
  inRoom(room: number, pending?: PendingNodes): RoomTrie {
    const { cache, pairHash } = this.#needs;
    const peek: Peek =
      pending === undefined ? (number) => cache.get(room, number) : (number) => pending.get(number) ?? cache.get(room, number);
    return new RoomTrie(peek, (numbers) => this.#read(room, numbers), pairHash);
  }

  /** After their commit: the nodes will be wanted soon. */
  committed(room: number, newNodes: readonly NewNode[]): void {
    for (const { number, node } of newNodes) this.#needs.cache.set(room, number, node);
  }

  #read(room: number, numbers: readonly number[]): Soon<ReadonlyMap<number, TrieNode>> {
    const stored = this.#needs.load(room, numbers);
    return stored instanceof Promise ? stored.then((nodes) => this.#decode(room, nodes)) : this.#decode(room, stored);
  }

  #decode(room: number, stored: ReadonlyMap<number, Uint8Array>): ReadonlyMap<number, TrieNode> {
    const nodes = new Map<number, TrieNode>();
    for (const [number, bytes] of stored) {
      const node = decodeNode(bytes, number);
      this.#needs.cache.set(room, number, node);
      nodes.set(number, node);
    }
    return nodes;
  }
}

/** The states of one room. What each operation does and costs is said at the function of the same name. */
export class RoomTrie {
  readonly #peek: Peek;
  readonly #read: ReadNodes;
  readonly #pairHash: PairHash;

  constructor(peek: Peek, read: ReadNodes, pairHash: PairHash) {
    this.#peek = peek;
    this.#read = read;
    this.#pairHash = pairHash;
  }

  get(root: StateRoot, key: number): Soon<number | undefined> {
    return drive(getEntry(this.#peek, root, key), this.#read);
  }

  getMany(root: StateRoot, keys: Iterable<number>): Soon<Map<number, number>> {
    return drive(getEntries(this.#peek, root, keys), this.#read);
  }

  slice(root: StateRoot, from: number, limit: number): Soon<StateSlice> {
    return drive(sliceEntries(this.#peek, root, from, limit), this.#read);
  }

  /** The whole state, some thousand entries at a time: work proportional to the room. */
  async *slices(root: StateRoot, limit = entriesPerSlice): AsyncGenerator<readonly StateEntry[], void, void> {
    for (let from: number | undefined = 0; from !== undefined;) {
      const { entries, next }: StateSlice = await this.slice(root, from, limit);
      yield entries;
      from = next;
    }
  }

  apply(root: StateRoot, changes: StateChanges, nextNumber: number): Soon<Applied> {
    return drive(applyChanges(this.#peek, root, changes, { nextNumber, pairHash: this.#pairHash }), this.#read);
  }

  diff(before: StateRoot, after: StateRoot): Soon<KeyChange[]> {
    return drive(diffStates(this.#peek, before, after), this.#read);
  }

  mark(roots: Iterable<StateRoot>, marked: NodeSet): Soon<void> {
    return drive(markNodes(this.#peek, roots, marked), this.#read);
  }

  verify(root: StateRoot): Soon<void> {
    return drive(verifyState(this.#peek, root, this.#pairHash), this.#read);
  }
}

const entriesPerSlice = 4096;

/** New nodes by number, to be read before they are committed; give the earlier ones of the same write as `before`. */
export function pendingNodes(newNodes: readonly NewNode[], before?: PendingNodes): PendingNodes {
  const pending = new Map(before);
  for (const { number, node } of newNodes) pending.set(number, node);
  return pending;
}

type ReadNodes = (numbers: readonly number[]) => Soon<ReadonlyMap<number, TrieNode>>;

const noNodes: ReadonlyMap<number, TrieNode> = new Map();

/** Runs an operation to its end, without a promise as long as none is needed. Each operation bounds its own steps. */
export function drive<T>(steps: TrieSteps<T>, read: ReadNodes): Soon<T> {
  let step = steps.next(noNodes);
  while (!step.done) {
    const nodes = read(step.value);
    if (nodes instanceof Promise) return driveLater(steps, nodes, read);
    step = steps.next(nodes);
  }
  return step.value;
}

async function driveLater<T>(steps: TrieSteps<T>, first: Promise<ReadonlyMap<number, TrieNode>>, read: ReadNodes): Promise<T> {
  let step = steps.next(await first);
  while (!step.done) step = steps.next(await read(step.value));
  return step.value;
}
