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
/** What the stream says of one user in one room. */
type Change = { readonly user: number; readonly room: number; readonly next: (before: UserRoom | undefined) => UserRoom };
/** A reading under way, and what the stream says meanwhile. */
type Load = { readonly rooms: Promise<Rooms>; readonly changes: Change[] };

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
    const load: Load = { rooms: promise, changes: [] };
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
      const change = changeOf(entry);
      if (!change) continue;
      this.#loading.get(change.user)?.changes.push(change);
      const rooms = this.#users.get(change.user);
      if (rooms) this.#apply(rooms, change);
    }
  };

  #apply(rooms: Rooms, { user, room, next }: Change): void {
    const entry = next(rooms.get(room));
    rooms.set(room, entry);
    if (entry.membership === 'join') this.#addAround(room, user);
    else this.#dropAround(room, user);
  }

  async #load(user: number, load: Load): Promise<Rooms> {
    const rows = await this.#database.reader.all(roomsOfUser, [user]);
    await this.#caughtUp();
    const rooms: Rooms = new Map(rows.map((row) => [row.room, { membership: row.membership, forgotten: row.forgotten === 1 }]));
    // The reading fell somewhere among these changes. Told again in their order they lead to the same end.
    for (const { room, next } of load.changes) rooms.set(room, next(rooms.get(room)));
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

function changeOf(entry: StreamEntry): Change | undefined {
  if (entry.kind === streamKinds.membership) {
    const { user, room, membership } = readMembershipEntry(entry);
    return { user, room, next: () => ({ membership, forgotten: false }) };
  }
  if (entry.kind !== streamKinds.forgotten || entry.usr === null) return undefined;
  // Only who has left can forget.
  return { user: entry.usr, room: entry.subject, next: (before) => ({ membership: before?.membership ?? 'leave', forgotten: true }) };
}

const none: ReadonlySet<number> = new Set();
