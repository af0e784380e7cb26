import { LRUCache } from 'lru-cache';

/** Devices and rooms for which we remember which members were sent. Forgetting only means sending a member again. */
const roomsMax = 20_000;
const membersMax = 500;

/**
 * With lazily loaded members a client need not be told twice who somebody is (client-server API, "Lazy-loading room members"):
 * the member events that each device was sent in each room.
 */
export class SentMembers {
  readonly #sent = new LRUCache<string, Map<string, number>>({ max: roomsMax });

  /** Starts anew for a device: after a first sync it has nothing. */
  forget(device: string, room: number): void {
    this.#sent.delete(`${device} ${room}`);
  }

  has(device: string, room: number, userId: string, event: number): boolean {
    return this.#sent.get(`${device} ${room}`)?.get(userId) === event;
  }

  add(device: string, room: number, userId: string, event: number): void {
    const key = `${device} ${room}`;
    const members = this.#sent.get(key) ?? new Map<string, number>();
    if (members.size >= membersMax) members.clear();
    members.set(userId, event);
    this.#sent.set(key, members);
  }
}
