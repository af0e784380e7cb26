import { LRUCache } from 'lru-cache';

import type { EventReader } from './event-reader.ts';
import type { EventRecord } from './event-record.ts';
import type { Interner } from './interner.ts';
import type { EventSource, PendingRoom } from './pending-room.ts';
import { RoomFaces } from './room-face.ts';
import type { Soon } from './soon.ts';
import type { StateChange, StateView } from './state-view.ts';
import { insertStateNodes, insertStateRoot, stateNodes, stateRoot } from './store.ts';
import type { StateChanges } from './trie/apply.ts';
import type { NewNode } from './trie/draft.ts';
import type { PairHash } from './trie/fingerprint.ts';
import type { KeyChange } from './trie/inline-state.ts';
import { RecentNodes } from './trie/node-cache.ts';
import { packedNodes, packNodes } from './trie/pack.ts';
import type { StateEntry } from './trie/slice.ts';
import { countOf, decodeRoot, emptyRoot, encodeRoot, type StateRoot } from './trie/state-root.ts';
import { type RoomTrie, StateTrie } from './trie/state-trie.ts';
import type { Database, Statement } from '@hearth/storage';

const nodeCacheBytesMax = 16 * 1024 * 1024;
/** States whose root is kept decoded, with what was looked up in them. */
const viewsMax = 5_000;
/** States up to this size are read whole, also where only a part is asked for. */
const smallStateMax = 100;
/** Look-ups remembered by one view. */
const memoEntriesMax = 256;

export type StatesDeps = {
  readonly database: Database;
  readonly interner: Interner;
  readonly events: EventReader;
  readonly pairHash: PairHash;
};

/** A state that comes from another by a few changes, and the rows that store it. */
export type NextState = {
  readonly view: RoomState;
  readonly nextNumber: number;
  readonly statements: readonly Statement[];
  readonly newNodes: readonly NewNode[];
};

/** The states of all rooms by their numbers: roots and nodes from the database, through caches. */
export class States {
  readonly #deps: StatesDeps;
  readonly #trie: StateTrie;
  readonly #nodes = new RecentNodes(nodeCacheBytesMax);
  readonly #faces: RoomFaces;
  readonly #views = new LRUCache<string, RoomState>({ max: viewsMax });

  constructor(deps: StatesDeps) {
    this.#deps = deps;
    this.#faces = new RoomFaces(deps.database);
    this.#trie = new StateTrie({ load: (room, numbers) => this.#loadNodes(room, numbers), cache: this.#nodes, pairHash: deps.pairHash });
  }

  /** The state before a room's first event. */
  empty(room: number): RoomState {
    return this.#view(room, 0, emptyRoot, this.#trie.inRoom(room));
  }

  /** A committed state, or one of the pending ones. */
  view(room: number, number: number, pending?: PendingRoom): Soon<RoomState | undefined> {
    const waiting = pending?.root(number);
    if (pending && waiting) return this.#pendingView(room, number, waiting, pending);
    const key = `${room}/${number}`;
    return this.#views.get(key) ?? this.#readView(key, room, number);
  }

  async #readView(key: string, room: number, number: number): Promise<RoomState | undefined> {
    const row = await this.#deps.database.reader.first(stateRoot, [room, number]);
    if (!row) return undefined;
    const view = this.#view(room, number, decodeRoot(row.root), this.#trie.inRoom(room));
    this.#views.set(key, view);
    return view;
  }

  /** The state after changes; its number is the last one taken from the room's counter. Nothing of it counts until it is used. */
  async next(from: RoomState, changes: StateChanges, nextNumber: number, pending: PendingRoom): Promise<NextState> {
    const { room } = from;
    const applied = await this.#trie.inRoom(room, pending.nodes).apply(from.root, changes, nextNumber);
    const number = applied.nextNumber;
    pending.addState(applied.newNodes, number, applied.root);
    return {
      view: this.#pendingView(room, number, applied.root, pending),
      nextNumber: number + 1,
      statements: [
        ...packNodes(applied.newNodes).map((row) => ({ insert: insertStateNodes, row: [room, row.number, row.bytes] })),
        { insert: insertStateRoot, row: [room, number, encodeRoot(applied.root)] },
      ],
      newNodes: applied.newNodes,
    };
  }

  /** Keys in which two states differ, committed or pending. */
  async changes(before: RoomState, after: RoomState, pending: PendingRoom): Promise<readonly KeyChange[]> {
    if (before.number === after.number) return [];
    return this.#trie.inRoom(before.room, pending.nodes).diff(before.root, after.root);
  }

  /** To be called when new nodes are on disk. */
  committed(room: number, newNodes: readonly NewNode[]): void {
    this.#trie.committed(room, newNodes);
  }

  /** Keys in which two committed states differ. Work proportional to what was written since they parted. */
  async difference(room: number, before: number, after: number): Promise<StateChange[]> {
    if (before === after) return [];
    const [left, right] = await Promise.all([this.view(room, before), this.view(room, after)]);
    if (!left || !right) throw new Error(`room ${room} lacks state ${left ? after : before}`);
    const changes = await this.#trie.inRoom(room).diff(left.root, right.root);
    const numbers = changes.flatMap((change) => [change.before, change.after]).filter((number) => number !== undefined);
    const records = new Map<number, EventRecord>();
    for (const record of await this.#deps.events.byNumbers(numbers)) if (record) records.set(record.number, record);
    return changes.map((change) => ({ before: pick(records, change.before), after: pick(records, change.after) }));
  }

  #view(room: number, number: number, root: StateRoot, trie: RoomTrie, events: EventSource = this.#deps.events): RoomState {
    return new RoomState({ room, number, root, trie, interner: this.#deps.interner, events, faces: this.#faces });
  }

  #pendingView(room: number, number: number, root: StateRoot, pending: PendingRoom): RoomState {
    return this.#view(room, number, root, this.#trie.inRoom(room, pending.nodes), pending.over(this.#deps.events));
  }

  async #loadNodes(room: number, numbers: readonly number[]): Promise<Map<number, Uint8Array>> {
    const found = new Map<number, Uint8Array>();
    for (const number of numbers) {
      if (found.has(number)) continue;
      const row = await this.#deps.database.reader.first(stateNodes, [room, number]);
      if (row) for (const [packed, bytes] of packedNodes(row)) found.set(packed, bytes);
    }
    return found;
  }
}

type RoomStateParts = {
  readonly room: number;
  readonly number: number;
  readonly root: StateRoot;
  readonly trie: RoomTrie;
  readonly interner: Interner;
  readonly events: EventSource;
  readonly faces: RoomFaces;
};

/** One state of one room. */
export class RoomState implements StateView {
  readonly room: number;
  readonly number: number;
  readonly root: StateRoot;
  readonly #parts: RoomStateParts;
  /** Event numbers by (type, state_key) number; 0 where the state has none. */
  readonly #memo = new Map<number, number>();

  constructor(parts: RoomStateParts) {
    this.room = parts.room;
    this.number = parts.number;
    this.root = parts.root;
    this.#parts = parts;
  }

  get(type: string, stateKey: string): Soon<EventRecord | undefined> {
    const key = this.#parts.interner.findStateKey(type, stateKey);
    return key instanceof Promise ? key.then((found) => this.#eventOf(found)) : this.#eventOf(key);
  }

  getMany(pairs: readonly (readonly [string, string])[]): Soon<(EventRecord | undefined)[]> {
    const found: (EventRecord | undefined)[] = [];
    for (const [type, stateKey] of pairs) {
      const record = this.get(type, stateKey);
      if (record instanceof Promise) return this.#others(found, record, pairs.slice(found.length + 1));
      found.push(record);
    }
    return found;
  }

  /** What is not in memory. Nothing that was begun is left alone: it may fail, and a failure that nobody hears of ends the process. */
  async #others(
    found: readonly (EventRecord | undefined)[],
    next: Promise<EventRecord | undefined>,
    pairs: readonly (readonly [string, string])[],
  ): Promise<(EventRecord | undefined)[]> {
    return [...found, ...(await Promise.all([next, ...pairs.map(async (pair) => this.get(...pair))]))];
  }

  /** The event number of an interned key. */
  eventNumber(key: number): Soon<number | undefined> {
    const known = this.#memo.get(key);
    if (known !== undefined) return known === 0 ? undefined : known;
    const number = this.#parts.trie.get(this.root, key);
    return number instanceof Promise ? number.then((found) => this.#remember(key, found)) : this.#remember(key, number);
  }

  #eventOf(key: number | undefined): Soon<EventRecord | undefined> {
    const number = key === undefined ? undefined : this.eventNumber(key);
    return number instanceof Promise ? number.then((found) => this.#event(found)) : this.#event(number);
  }

  #event(number: number | undefined): Soon<EventRecord | undefined> {
    return number === undefined ? undefined : this.#parts.events.byNumber(number);
  }

  #remember(key: number, number: number | undefined): number | undefined {
    if (this.#memo.size >= memoEntriesMax) this.#memo.clear();
    this.#memo.set(key, number ?? 0);
    return number;
  }

  /** Event numbers of several interned keys. */
  async eventNumbers(keys: Iterable<number>): Promise<ReadonlyMap<number, number>> {
    return this.#parts.trie.getMany(this.root, keys);
  }

  /** Keys and event numbers of the whole state. */
  async entries(): Promise<StateEntry[]> {
    const entries: StateEntry[] = [];
    for await (const slice of this.#parts.trie.slices(this.root)) entries.push(...slice);
    return entries;
  }

  async all(): Promise<EventRecord[]> {
    const numbers = (await this.entries()).map(([, event]) => event);
    const records = await this.#parts.events.byNumbers(numbers);
    return records.filter((record) => record !== undefined);
  }

  async face(): Promise<EventRecord[]> {
    const { faces, trie, events } = this.#parts;
    if (countOf(this.root) <= smallStateMax) return (await this.all()).filter(({ event }) => event.type !== 'm.room.member');
    const numbers: number[] = [];
    for (const key of await faces.keysOf(this.room, this.root, trie)) {
      const number = await trie.get(this.root, key);
      if (number !== undefined) numbers.push(number);
    }
    return (await events.byNumbers(numbers)).filter((record) => record !== undefined);
  }

  count(): Promise<number> {
    return Promise.resolve(countOf(this.root));
  }
}

function pick(records: ReadonlyMap<number, EventRecord>, number: number | undefined): EventRecord | undefined {
  return number === undefined ? undefined : records.get(number);
}
