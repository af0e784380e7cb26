import { type Database, type StreamEntry, scan } from '@hearth/storage';

/** Newest stream entries that are kept in mind; about 10 MB. */
const windowEntriesMax = 100_000;
/** Entries read at start. */
const preloadEntriesMax = 50_000;

const newestEntries = scan<{ position: number; room: number | null; usr: number | null }>(
  'streams-newest-entries',
  'SELECT position, room, usr FROM stream WHERE position > $1 ORDER BY position',
);
const roomsChangedSince = scan<{ room: number; position: number }>(
  'streams-rooms-changed',
  'SELECT room, MAX(position) AS position FROM stream WHERE room {in $1} AND position > $2 GROUP BY room',
);

/**
 * Answers "what changed since position P" from memory: the last position of each room and of each user within a window
 * of the stream. Older questions go to the database, for the rooms asked about only.
 */
export class ChangeIndex {
  readonly #database: Database;
  readonly #rooms = new Map<number, number>();
  readonly #users = new Map<number, number>();
  readonly #order: { position: number; room: number | null; usr: number | null }[] = [];
  #dropped = 0;
  #windowStart = 0;
  #serverWide = 0;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Reads the newest entries up to the position at which the tail starts. */
  async preload(head: number): Promise<void> {
    this.#windowStart = Math.max(0, head - preloadEntriesMax);
    for (const entry of await this.#database.reader.all(newestEntries, [this.#windowStart])) {
      if (entry.position <= head) this.#add(entry);
    }
  }

  /** A consumer of the tail. */
  readonly consume = (entries: readonly StreamEntry[]): void => {
    for (const entry of entries) this.#add(entry);
  };

  /** Of these rooms, the ones with an entry in (since, upTo]. */
  async changedRooms(rooms: Iterable<number>, since: number): Promise<Set<number>> {
    const changed = new Set<number>();
    if (since >= this.#windowStart) {
      for (const room of rooms) if ((this.#rooms.get(room) ?? 0) > since) changed.add(room);
      return changed;
    }
    for (const row of await this.#database.reader.all(roomsChangedSince, [[...rooms], since])) changed.add(row.room);
    return changed;
  }

  /** Whether anything of this user's own (account data, membership, to-device …) may have changed since. */
  userMayHaveChanged(user: number, since: number): boolean {
    return since < this.#windowStart || (this.#users.get(user) ?? 0) > since;
  }

  /** Whether anything that concerns no single room or user may have changed since. */
  serverMayHaveChanged(since: number): boolean {
    return since < this.#windowStart || this.#serverWide > since;
  }

  #add(entry: { position: number; room: number | null; usr: number | null }): void {
    if (entry.room !== null) this.#rooms.set(entry.room, entry.position);
    if (entry.usr !== null) this.#users.set(entry.usr, entry.position);
    if (entry.room === null && entry.usr === null) this.#serverWide = entry.position;
    this.#order.push({ position: entry.position, room: entry.room, usr: entry.usr });
    if (this.#order.length - this.#dropped > windowEntriesMax) this.#forgetOldest();
  }

  #forgetOldest(): void {
    const oldest = this.#order[this.#dropped];
    if (oldest === undefined) return;
    this.#dropped += 1;
    this.#windowStart = oldest.position;
    if (oldest.room !== null && this.#rooms.get(oldest.room) === oldest.position) this.#rooms.delete(oldest.room);
    if (oldest.usr !== null && this.#users.get(oldest.usr) === oldest.position) this.#users.delete(oldest.usr);
    // Dropping from the front one by one would move the whole array each time.
    if (this.#dropped > windowEntriesMax / 2) {
      this.#order.splice(0, this.#dropped);
      this.#dropped = 0;
    }
  }
}
