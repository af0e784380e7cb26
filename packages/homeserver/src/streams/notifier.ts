import type { StreamEntry } from '@hearth/storage';
import type { UserRooms } from './user-rooms.ts';

/** Wakes long polls. It says only that something may be there, never what: the woken reader asks by position. */
export class Notifier {
  readonly #userRooms: UserRooms;
  readonly #waiters = new Map<number, Set<() => void>>();
  /** For tests: how many waiting requests were woken. */
  wakes = 0;

  /** Users who have a request waiting. */
  get waitingUsers(): number {
    return this.#waiters.size;
  }

  constructor(userRooms: UserRooms) {
    this.#userRooms = userRooms;
  }

  /** The last consumer of the tail. */
  readonly consume = (entries: readonly StreamEntry[]): void => {
    const users = new Set<number>();
    for (const entry of entries) {
      if (entry.usr !== null) users.add(entry.usr);
      if (entry.room !== null) this.#addMembers(entry.room, users);
    }
    for (const user of users) this.wake(user);
  };

  /** Wakes one user's requests: typing and presence do this, since they are not in the stream. */
  wake(user: number): void {
    const waiters = this.#waiters.get(user);
    if (!waiters) return;
    this.#waiters.delete(user);
    for (const waiter of waiters) {
      this.wakes += 1;
      waiter();
    }
  }

  /** Wakes those members of a room who are waiting. */
  wakeRoom(room: number): void {
    const users = new Set<number>();
    this.#addMembers(room, users);
    for (const user of users) this.wake(user);
  }

  /**
   * Resolves `true` when the user is woken, `false` when the signal ends first. The user's rooms must have been read
   * (`UserRooms.of`) before, or room events would not find the waiter. Register first, then look for news, then await:
   * so nothing falls in between.
   */
  wait(user: number, signal: AbortSignal): Promise<boolean> {
    const { promise, resolve } = Promise.withResolvers<boolean>();
    if (signal.aborted) {
      resolve(false);
      return promise;
    }
    const stop = (): void => {
      const waiting = this.#waiters.get(user);
      waiting?.delete(wake);
      if (waiting?.size === 0) this.#waiters.delete(user);
      resolve(false);
    };
    const wake = (): void => {
      signal.removeEventListener('abort', stop);
      resolve(true);
    };
    signal.addEventListener('abort', stop, { once: true });
    const waiters = this.#waiters.get(user);
    if (waiters) waiters.add(wake);
    else this.#waiters.set(user, new Set([wake]));
    return promise;
  }

  #addMembers(room: number, users: Set<number>): void {
    const around = this.#userRooms.membersAround(room);
    // Walk the smaller of the two sets: a large room with few waiting, or many waiting and a small room.
    if (around.size <= this.#waiters.size) {
      for (const user of around) if (this.#waiters.has(user)) users.add(user);
    } else {
      for (const user of this.#waiters.keys()) if (around.has(user)) users.add(user);
    }
  }
}
