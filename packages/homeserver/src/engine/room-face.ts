import { LRUCache } from 'lru-cache';

import { keysOfOtherTypes } from './store.ts';
import type { StateRoot } from './trie/state-root.ts';
import type { RoomTrie } from './trie/state-trie.ts';
import type { Database } from '@hearth/storage';

/** Rooms whose face is kept in mind. */
const roomsMax = 2_000;
/** Keys of one room that are kept in mind; where there are more, they are looked up each time. */
const keysMax = 5_000;

type Face = { readonly root: StateRoot; readonly keys: ReadonlySet<number> };

/**
 * Which keys of a room's state are not its members'. Most of a large room's state are members, and whoever loads them lazily must
 * not make the server walk them: the keys are found once and then follow the differences between states.
 */
export class RoomFaces {
  readonly #database: Database;
  readonly #faces = new LRUCache<number, Face>({ max: roomsMax });

  constructor(database: Database) {
    this.#database = database;
  }

  /** Keys (numbers of (type, state_key) pairs) of all state but `m.room.member`; perhaps some that this state lacks. */
  async keysOf(room: number, root: StateRoot, trie: RoomTrie): Promise<ReadonlySet<number>> {
    const known = this.#faces.get(room);
    if (known?.root === root) return known.keys;
    const candidates = known ? (await trie.diff(known.root, root)).map(({ key }) => key) : await allKeys(root, trie);
    const unknown = candidates.filter((key) => known?.keys.has(key) !== true);
    const rows = unknown.length === 0 ? [] : await this.#database.reader.all(keysOfOtherTypes, [unknown, memberType]);
    const keys = new Set([...(known?.keys ?? []), ...rows.map((row) => row.number)]);
    if (keys.size <= keysMax) this.#faces.set(room, { root, keys });
    else this.#faces.delete(room);
    return keys;
  }
}

async function allKeys(root: StateRoot, trie: RoomTrie): Promise<number[]> {
  const keys: number[] = [];
  for await (const slice of trie.slices(root)) for (const [key] of slice) keys.push(key);
  return keys;
}

const memberType = Buffer.from('m.room.member');
