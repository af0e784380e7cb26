import { LRUCache } from 'lru-cache';

import { readNewestEvents } from './store.ts';
import { type Reader, type StreamEntry, streamKinds } from '@hearth/storage';

/** Rooms of which it is kept in mind when they last had an event. */
const roomsMax = 500_000;

/** Where in the stream rooms had their newest event, by which lists are ordered: read once, then kept right by the stream. */
export class Recency {
  readonly #reader: Reader;
  readonly #positions = new LRUCache<number, number>({ max: roomsMax });

  constructor(reader: Reader) {
    this.#reader = reader;
  }

  async of(rooms: Iterable<number>): Promise<ReadonlyMap<number, number>> {
    const found = new Map<number, number>();
    const unknown: number[] = [];
    for (const room of rooms) {
      const position = this.#positions.get(room);
      if (position === undefined) unknown.push(room);
      else found.set(room, position);
    }
    const rows = unknown.length === 0 ? [] : await readNewestEvents(this.#reader, unknown);
    for (const { room, position } of rows) {
      // The stream may have told of something newer while this was read.
      const newest = Math.max(position ?? 0, this.#positions.get(room) ?? 0);
      this.#positions.set(room, newest);
      found.set(room, newest);
    }
    return found;
  }

  /** A consumer of the tail. */
  readonly consume = (entries: readonly StreamEntry[]): void => {
    for (const { kind, room, position } of entries) if (kind === streamKinds.event && room !== null) this.#positions.set(room, position);
  };
}
