import type { StreamEntry } from '@hearth/storage';

/** Stream entries under a number (a room, a user), each list in the order of positions. */
export class EntryLists {
  readonly #lists = new Map<number, StreamEntry[]>();

  add(key: number, entry: StreamEntry): void {
    const list = this.#lists.get(key);
    if (list) list.push(entry);
    else this.#lists.set(key, [entry]);
  }

  /** Takes the oldest entry away. Entries go in the order in which they came, so it is always the list's first. */
  dropOldest(key: number): void {
    const list = this.#lists.get(key);
    list?.shift();
    if (list?.length === 0) this.#lists.delete(key);
  }

  /** Position of the newest entry, or 0. */
  newest(key: number): number {
    return this.#lists.get(key)?.at(-1)?.position ?? 0;
  }

  /** Entries in (since, upTo], oldest first. */
  between(key: number, since: number, upTo: number): readonly StreamEntry[] {
    const list = this.#lists.get(key);
    if (!list) return [];
    return list.slice(firstAfter(list, since), firstAfter(list, upTo));
  }

  /** The newest entry at or before a position that fulfils the condition. */
  lastAt(key: number, position: number, fulfils: (entry: StreamEntry) => boolean): StreamEntry | undefined {
    const list = this.#lists.get(key);
    if (!list) return undefined;
    for (let index = firstAfter(list, position) - 1; index >= 0; index -= 1) {
      const entry = list[index];
      if (entry && fulfils(entry)) return entry;
    }
    return undefined;
  }

  clear(): void {
    this.#lists.clear();
  }
}

/** Index of the first entry after a position. */
function firstAfter(list: readonly StreamEntry[], position: number): number {
  let low = 0;
  let high = list.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((list[middle]?.position ?? 0) > position) high = middle;
    else low = middle + 1;
  }
  return low;
}
