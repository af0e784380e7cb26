import type { UserRooms } from './user-rooms.ts';
import type { StreamEntry } from '@hearth/storage';

type Waiters = Map<number, Set<() => void>>;

/** Wakes long polls. It says only that something may be there, never what: the woken reader asks by position. */
export class Notifier {
  readonly #userRooms: UserRooms;
  readonly #waiters: Waiters = new Map();
  /** Those who look into rooms that they are not in, by room. */
  readonly #lookers: Waiters = new Map();
  /** Of the waiters, those whose answers can tell who is online. */
  readonly #watchers: Waiters = new Map();
  /** For tests: how many waiting requests were woken. */
  wakes = 0;

  constructor(userRooms: UserRooms) {
    this.#userRooms = userRooms;
  }

  /** Users who have a request waiting. */
  get waitingUsers(): number {
    return this.#waiters.size;
  }

  /** The last consumer of the tail. */
  readonly consume = (entries: readonly StreamEntry[]): void => {
    const users = new Set<number>();
    const rooms = new Set<number>();
    for (const entry of entries) {
      if (entry.usr !== null) users.add(entry.usr);
      if (entry.room !== null) rooms.add(entry.room);
    }
    for (const room of rooms) this.#addMembers(room, users);
    for (const user of users) this.wake(user);
    for (const room of rooms) this.#wakeAll(this.#lookers, room);
  };

  /** Wakes one user's requests: for news that are not in the stream. */
  wake(user: number): void {
    this.#wakeAll(this.#waiters, user);
  }

  /** Wakes those members of a room who are waiting, and who looks into it. */
  wakeRoom(room: number): void {
    const users = new Set<number>();
    this.#addMembers(room, users);
    for (const user of users) this.wake(user);
    this.#wakeAll(this.#lookers, room);
  }

  /** Wakes these users, and the members of these rooms, where they wait for news of who is online. */
  wakeWatchers(users: Iterable<number>, rooms: Iterable<number>): void {
    const woken = new Set(users);
    for (const room of rooms) this.#addMembers(room, woken, this.#watchers);
    for (const user of woken) this.#wakeAll(this.#watchers, user);
  }

  /**
   * Resolves `true` when the user is woken, `false` when the signal ends first. The user's rooms must have been read
   * (`UserRooms.of`) before, or room events would not find the waiter. Register first, then look for news, then await:
   * so nothing falls in between. `rooms` are further rooms that the waiter wants to know about; `presence` says that it wants to know who
   * is online.
   */
  wait(user: number, signal: AbortSignal, rooms: readonly number[] = [], presence = false): Promise<boolean> {
    const { promise, resolve } = Promise.withResolvers<boolean>();
    if (signal.aborted) {
      resolve(false);
      return promise;
    }
    const end = (woken: boolean): void => {
      signal.removeEventListener('abort', stop);
      drop(this.#waiters, user, wake);
      drop(this.#watchers, user, wake);
      for (const room of rooms) drop(this.#lookers, room, wake);
      resolve(woken);
    };
    const stop = (): void => end(false);
    const wake = (): void => end(true);
    signal.addEventListener('abort', stop, { once: true });
    add(this.#waiters, user, wake);
    if (presence) add(this.#watchers, user, wake);
    for (const room of rooms) add(this.#lookers, room, wake);
    return promise;
  }

  #wakeAll(waiters: Waiters, key: number): void {
    for (const wake of waiters.get(key) ?? []) {
      this.wakes += 1;
      wake();
    }
  }

  #addMembers(room: number, users: Set<number>, waiters = this.#waiters): void {
    const around = this.#userRooms.membersAround(room);
    // Walk the smaller of the two sets: a large room with few waiting, or many waiting and a small room.
    if (around.size <= waiters.size) {
      for (const user of around) if (waiters.has(user)) users.add(user);
    } else {
      for (const user of waiters.keys()) if (around.has(user)) users.add(user);
    }
  }
}

function add(waiters: Waiters, key: number, wake: () => void): void {
  const waiting = waiters.get(key);
  if (waiting) waiting.add(wake);
  else waiters.set(key, new Set([wake]));
}

function drop(waiters: Waiters, key: number, wake: () => void): void {
  const waiting = waiters.get(key);
  waiting?.delete(wake);
  if (waiting?.size === 0) waiters.delete(key);
}
