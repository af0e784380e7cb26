import { readMembershipEntry } from './membership-entry.ts';
import { type Database, scan, type StreamEntry, streamKinds } from '@hearth/storage';

/** Users whose rooms are kept in mind. */
const usersMax = 20_000;

const roomsOfUser = scan<{ room: number; membership: string; forgotten: number }>(
  'streams-rooms-of-user',
  'SELECT room, membership, forgotten FROM memberships WHERE usr = $1',
);

export type UserRoom = { readonly membership: string; readonly forgotten: boolean };

type Load = { readonly rooms: Promise<ReadonlyMap<number, UserRoom>> };

/**
 * The rooms of the users who are around: read once, then kept right by the stream. `membersAround` is the reverse: who of
 * them is joined to a room, so that an event wakes exactly those.
 */
export class UserRooms {
  readonly #database: Database;
  /** In order of use, oldest first. */
  readonly #users = new Map<number, Map<number, UserRoom>>();
  readonly #loading = new Map<number, Load>();
  readonly #around = new Map<number, Set<number>>();

  constructor(database: Database) {
    this.#database = database;
  }

  /** All rooms of a user with their membership, also left ones. Treat as read-only. */
  async of(user: number): Promise<ReadonlyMap<number, UserRoom>> {
    const known = this.#users.get(user);
    if (known) {
      this.#users.delete(user);
      this.#users.set(user, known);
      return known;
    }
    const loading = this.#loading.get(user);
    if (loading) return loading.rooms;
    const { promise, resolve } = Promise.withResolvers<ReadonlyMap<number, UserRoom>>();
    const load: Load = { rooms: promise };
    this.#loading.set(user, load);
    resolve(this.#load(user, load));
    return promise;
  }

  /** Of the users kept in mind, those joined to this room. */
  membersAround(room: number): ReadonlySet<number> {
    return this.#around.get(room) ?? none;
  }

  /** A consumer of the tail: a membership that changed makes us read that user's rooms again when next asked. */
  readonly consume = (entries: readonly StreamEntry[]): void => {
    for (const entry of entries) {
      if (entry.kind !== streamKinds.membership) continue;
      const { user, room, membership } = readMembershipEntry(entry);
      this.#apply(user, room, membership);
    }
  };

  /** Forgets one user, for example after a room was forgotten (which is no event). */
  invalidate(user: number): void {
    this.#loading.delete(user);
    this.#forget(user);
  }

  #apply(user: number, room: number, membership: string): void {
    // A load under way may have read before this change: it starts again.
    this.#loading.delete(user);
    const rooms = this.#users.get(user);
    if (!rooms) return;
    rooms.set(room, { membership, forgotten: false });
    if (membership === 'join') this.#addAround(room, user);
    else this.#around.get(room)?.delete(user);
  }

  async #load(user: number, load: Load): Promise<ReadonlyMap<number, UserRoom>> {
    const rows = await this.#database.reader.all(roomsOfUser, [user]);
    const rooms = new Map(rows.map((row) => [row.room, { membership: row.membership, forgotten: row.forgotten === 1 }]));
    // A membership that changed while we were reading: this reading may be old, so it is not kept.
    if (this.#loading.get(user) === load) {
      this.#loading.delete(user);
      this.#keep(user, rooms);
    }
    return rooms;
  }

  #keep(user: number, rooms: Map<number, UserRoom>): void {
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

  #forget(user: number): void {
    const rooms = this.#users.get(user);
    if (!rooms) return;
    this.#users.delete(user);
    for (const room of rooms.keys()) {
      const members = this.#around.get(room);
      members?.delete(user);
      if (members?.size === 0) this.#around.delete(room);
    }
  }
}

const none: ReadonlySet<number> = new Set();
