import { readMembershipEntry } from './membership-entry.ts';
import { type Database, scan, type StreamEntry, streamKinds } from '@hearth/storage';

/** Users whose rooms are kept in mind. A long poll keeps its user among them: it asks again at least once a minute. */
const usersMax = 20_000;

const roomsOfUser = scan<{ room: number; membership: string; forgotten: number }>(
  'streams-rooms-of-user',
  'SELECT room, membership, forgotten FROM memberships WHERE usr = $1',
);

export type UserRoom = { readonly membership: string; readonly forgotten: boolean };

type Rooms = Map<number, UserRoom>;
/** A reading under way, and what the stream says meanwhile. */
type Load = { readonly rooms: Promise<Rooms>; readonly changes: (readonly [room: number, membership: string])[]; again: boolean };

/**
 * The rooms of the users who are around: read once, then kept right by the stream. `membersAround` is the reverse: who of
 * them is joined to a room, so that an event wakes exactly those.
 */
export class UserRooms {
  readonly #database: Database;
  readonly #caughtUp: () => Promise<void>;
  /** In order of use, oldest first. */
  readonly #users = new Map<number, Rooms>();
  readonly #loading = new Map<number, Load>();
  readonly #around = new Map<number, Set<number>>();

  /** `caughtUp` resolves when the stream has told all that is committed: a reading may be ahead of it (StreamTail.caughtUp). */
  constructor(database: Database, caughtUp: () => Promise<void> = () => Promise.resolve()) {
    this.#database = database;
    this.#caughtUp = caughtUp;
  }

  /** All rooms of a user with their membership, also left ones, as the stream has told so far. Treat as read-only; it changes with the stream. */
  async of(user: number): Promise<ReadonlyMap<number, UserRoom>> {
    const known = this.#users.get(user);
    if (known) {
      this.#users.delete(user);
      this.#users.set(user, known);
      return known;
    }
    const loading = this.#loading.get(user);
    if (loading) return loading.rooms;
    const { promise, resolve } = Promise.withResolvers<Rooms>();
    const load: Load = { rooms: promise, changes: [], again: false };
    this.#loading.set(user, load);
    resolve(this.#load(user, load).finally(() => this.#loading.delete(user)));
    return promise;
  }

  /** Of the users kept in mind, those joined to this room. */
  membersAround(room: number): ReadonlySet<number> {
    return this.#around.get(room) ?? none;
  }

  /** A consumer of the tail. */
  readonly consume = (entries: readonly StreamEntry[]): void => {
    for (const entry of entries) {
      if (entry.kind !== streamKinds.membership) continue;
      const { user, room, membership } = readMembershipEntry(entry);
      this.#loading.get(user)?.changes.push([room, membership]);
      const rooms = this.#users.get(user);
      if (rooms) this.#set(user, rooms, room, { membership, forgotten: false });
    }
  };

  /** Reads a user's rooms again, for example after one was forgotten (which is no event). */
  invalidate(user: number): void {
    const loading = this.#loading.get(user);
    if (loading) loading.again = true;
    this.#forget(user);
  }

  #set(user: number, rooms: Rooms, room: number, entry: UserRoom): void {
    rooms.set(room, entry);
    if (entry.membership === 'join') this.#addAround(room, user);
    else this.#dropAround(room, user);
  }

  async #load(user: number, load: Load): Promise<Rooms> {
    let rows: { room: number; membership: string; forgotten: number }[];
    do {
      load.again = false;
      rows = await this.#database.reader.all(roomsOfUser, [user]);
      await this.#caughtUp();
    } while (load.again);
    const rooms: Rooms = new Map(rows.map((row) => [row.room, { membership: row.membership, forgotten: row.forgotten === 1 }]));
    // The reading fell somewhere among these changes. Told again in their order they lead to the same end.
    for (const [room, membership] of load.changes) rooms.set(room, { membership, forgotten: false });
    this.#keep(user, rooms);
    return rooms;
  }

  #keep(user: number, rooms: Rooms): void {
    if (this.#users.size >= usersMax) {
      const oldest = this.#users.keys().next();
      if (!oldest.done) this.#forget(oldest.value);
    }
    this.#users.set(user, rooms);
    for (const [room, { membership }] of rooms) if (membership === 'join') this.#addAround(room, user);
  }

  #addAround(room: number, user: number): void {
    const members = this.#around.get(room);
    if (members) members.add(user);
    else this.#around.set(room, new Set([user]));
  }

  #dropAround(room: number, user: number): void {
    const members = this.#around.get(room);
    members?.delete(user);
    if (members?.size === 0) this.#around.delete(room);
  }

  #forget(user: number): void {
    const rooms = this.#users.get(user);
    if (!rooms) return;
    this.#users.delete(user);
    for (const room of rooms.keys()) this.#dropAround(room, user);
  }
}

const none: ReadonlySet<number> = new Set();
