import { EntryLists } from './entry-lists.ts';
import { type MembershipEntry, readMembershipEntry } from './membership-entry.ts';
import {
  readEntries,
  readEntryOf,
  readLastRoomEntry,
  readMembershipEnds,
  readRoomEntries,
  readRoomsChanged,
  readRoomsSubjects,
  readRoomSubjects,
  readUserEntries,
} from './store.ts';
import { type Database, type StreamEntry, streamKinds } from '@hearth/storage';

/** Newest stream entries that are kept in mind; about 10 MB. */
const windowEntriesMax = 50_000;
/** Entries read at start. */
const preloadEntriesMax = 10_000;

/** First and last change of a user's membership in one room within a window. */
export type MembershipEnds = { readonly first: MembershipEntry; readonly last: MembershipEntry };

/**
 * Answers "what is new since position P" from memory: a window of the newest entries of the stream, by room and by user.
 * Older questions go to the database, for the rooms asked about only.
 */
export class ChangeIndex {
  readonly #database: Database;
  readonly #windowMax: number;
  readonly #rooms = new EntryLists();
  readonly #users = new EntryLists();
  #order: StreamEntry[] = [];
  /** Entries at the front of `#order` that are forgotten already. */
  #dropped = 0;
  /** Every entry after this position is in the window; until the first reading none is. */
  #windowStart = Number.MAX_SAFE_INTEGER;
  #forgottenUpTo = 0;
  #serverWide = 0;
  #newest = 0;

  constructor(database: Database, windowMax = windowEntriesMax) {
    this.#database = database;
    this.#windowMax = windowMax;
  }

  /** Reads the newest entries up to the position at which the tail started. What came since is kept. */
  async preload(head: number): Promise<void> {
    const start = Math.max(0, head - Math.min(preloadEntriesMax, this.#windowMax));
    const older = await readEntries(this.#database.reader, start, head);
    const newer = this.#order;
    this.#order = [];
    this.#rooms.clear();
    this.#users.clear();
    for (const entry of older) this.#add(entry);
    for (const entry of newer) if (entry.position > head) this.#add(entry);
    this.#windowStart = Math.max(start, this.#forgottenUpTo);
  }

  /** A consumer of the tail. */
  readonly consume = (entries: readonly StreamEntry[]): void => {
    for (const entry of entries) this.#add(entry);
  };

  /** Of these rooms, the ones with an entry after `since`. */
  async changedRooms(rooms: Iterable<number>, since: number): Promise<Set<number>> {
    if (since < this.#windowStart) return new Set(await readRoomsChanged(this.#database.reader, [...rooms], since));
    const changed = new Set<number>();
    if (since >= this.#newest) return changed;
    for (const room of rooms) if (this.#rooms.newest(room) > since) changed.add(room);
    return changed;
  }

  /** The position of the newest entry that came. */
  get newest(): number {
    return this.#newest;
  }

  /** Whether nothing has come into a room since, so that what was read of it then is still so. */
  isQuietSince(room: number, since: number): boolean {
    return since >= this.#windowStart && this.#rooms.newest(room) <= since;
  }

  /** Whether anything of this user's own (account data, membership, to-device …) may have changed since. */
  userMayHaveChanged(user: number, since: number): boolean {
    return since < this.#windowStart || this.#users.newest(user) > since;
  }

  /** Whether anything that concerns no single room or user may have changed since. */
  serverMayHaveChanged(since: number): boolean {
    return since < this.#windowStart || this.#serverWide > since;
  }

  /** The entries of one kind of a room in (since, upTo], oldest first; the first `limit` of them. */
  async roomEntries(room: number, kind: number, since: number, upTo: number, limit: number): Promise<readonly StreamEntry[]> {
    if (since < this.#windowStart) return readRoomEntries(this.#database.reader, room, kind, since, upTo, limit);
    return this.#rooms
      .between(room, since, upTo)
      .filter((entry) => entry.kind === kind)
      .slice(0, limit);
  }

  /** The same from the other end: the newest come first. */
  async newestRoomEntries(room: number, kind: number, since: number, upTo: number, limit: number): Promise<readonly StreamEntry[]> {
    if (since < this.#windowStart) return readRoomEntries(this.#database.reader, room, kind, since, upTo, limit, true);
    const entries = this.#rooms.between(room, since, upTo).filter((entry) => entry.kind === kind);
    return entries.slice(-limit).toReversed();
  }

  /** What the entries of one kind of a room in (since, upTo] are about: users, for receipts. */
  async roomSubjects(room: number, kind: number, since: number, upTo: number): Promise<ReadonlySet<number>> {
    if (since < this.#windowStart) return new Set(await readRoomSubjects(this.#database.reader, room, kind, since, upTo));
    const entries = this.#rooms.between(room, since, upTo);
    return new Set(entries.filter((entry) => entry.kind === kind).map((entry) => entry.subject));
  }

  /** The same for several rooms together. */
  async roomsSubjects(rooms: readonly number[], kind: number, since: number, upTo: number): Promise<ReadonlySet<number>> {
    if (since < this.#windowStart) return new Set(await readRoomsSubjects(this.#database.reader, rooms, kind, since, upTo));
    const entries = rooms.flatMap((room) => this.#rooms.between(room, since, upTo));
    return new Set(entries.filter((entry) => entry.kind === kind).map((entry) => entry.subject));
  }

  /** The newest entry of one kind of a room at or before a position. */
  async lastRoomEntry(room: number, kind: number, position: number): Promise<StreamEntry | undefined> {
    const known = position >= this.#windowStart ? this.#rooms.lastAt(room, position, (entry) => entry.kind === kind) : undefined;
    return known ?? readLastRoomEntry(this.#database.reader, room, kind, position);
  }

  /** The entry of one kind of a room that is about this subject. From the database it costs the room's whole history. */
  async entryOf(room: number, kind: number, subject: number): Promise<StreamEntry | undefined> {
    const known = this.#rooms.lastAt(room, Number.MAX_SAFE_INTEGER, (entry) => entry.kind === kind && entry.subject === subject);
    return known ?? readEntryOf(this.#database.reader, room, kind, subject);
  }

  /** A user's own entries of one kind in (since, upTo], oldest first; of the same (subject, detail) perhaps only the newest. */
  async userEntries(user: number, kind: number, since: number, upTo: number): Promise<readonly StreamEntry[]> {
    if (since < this.#windowStart) return readUserEntries(this.#database.reader, user, kind, since, upTo);
    return this.#users.between(user, since, upTo).filter((entry) => entry.kind === kind);
  }

  /** How a user's memberships changed in (since, upTo], by room. */
  async membershipEnds(user: number, since: number, upTo: number): Promise<Map<number, MembershipEnds>> {
    const entries =
      since < this.#windowStart
        ? await readMembershipEnds(this.#database.reader, user, since, upTo)
        : this.#users.between(user, since, upTo).filter((entry) => entry.kind === streamKinds.membership);
    const ends = new Map<number, MembershipEnds>();
    for (const last of entries.map(readMembershipEntry)) ends.set(last.room, { first: ends.get(last.room)?.first ?? last, last });
    return ends;
  }

  #add(entry: StreamEntry): void {
    if (entry.room !== null) this.#rooms.add(entry.room, entry);
    if (entry.usr !== null) this.#users.add(entry.usr, entry);
    if (isForEverybody(entry)) this.#serverWide = entry.position;
    this.#newest = entry.position;
    this.#order.push(entry);
    if (this.#order.length - this.#dropped > this.#windowMax) this.#forgetOldest();
  }

  #forgetOldest(): void {
    const oldest = this.#order[this.#dropped];
    if (oldest === undefined) return;
    this.#dropped += 1;
    this.#forgottenUpTo = oldest.position;
    if (this.#windowStart < oldest.position) this.#windowStart = oldest.position;
    if (oldest.room !== null) this.#rooms.dropOldest(oldest.room);
    if (oldest.usr !== null) this.#users.dropOldest(oldest.usr);
    // Dropping from the front one by one would move the whole array each time.
    if (this.#dropped > this.#windowMax / 2) {
      this.#order.splice(0, this.#dropped);
      this.#dropped = 0;
    }
  }
}

/** What names neither a room nor a user may concern anybody; who types comes to clients by another way, and what was purged they are not told. */
function isForEverybody({ room, usr, kind }: StreamEntry): boolean {
  return room === null && usr === null && kind !== streamKinds.typing && kind !== streamKinds.purged;
}
