import { LRUCache } from 'lru-cache';

import type { MembershipEntry } from '../../streams/membership-entry.ts';
import type { SyncDeps } from '../deps.ts';
import { endOfStay } from '../other-rooms.ts';
import { type StreamEntry, streamKinds } from '@hearth/storage';

/** Users whose memberships are kept in mind. */
const usersMax = 5_000;

export type OwnMemberships = {
  /** The last change in each room. */
  readonly last: ReadonlyMap<number, MembershipEntry>;
  /** Rooms out of which others put the user. */
  readonly removedFrom: ReadonlySet<number>;
};

/** When users came into their rooms and how they left them. Read when asked for, forgotten at the next change. */
export class MembershipHistory {
  readonly #deps: SyncDeps;
  readonly #users = new LRUCache<number, Promise<OwnMemberships>>({ max: usersMax });

  constructor(deps: SyncDeps) {
    this.#deps = deps;
  }

  of(user: number, userId: string): Promise<OwnMemberships> {
    const known = this.#users.get(user);
    if (known) return known;
    const read = this.#read(user, userId);
    this.#users.set(user, read);
    // A reading that failed is tried again by the next who asks.
    read.catch(() => this.#users.delete(user));
    return read;
  }

  /** A consumer of the tail. */
  readonly consume = (entries: readonly StreamEntry[]): void => {
    for (const { kind, usr } of entries) if (kind === streamKinds.membership && usr !== null) this.#users.delete(usr);
  };

  async #read(user: number, userId: string): Promise<OwnMemberships> {
    const { changes, tail, engine } = this.#deps;
    const ends = await changes.membershipEnds(user, 0, tail.position);
    const last = new Map([...ends].map(([room, end]) => [room, end.last]));
    const left = [...last.values()].filter(({ membership }) => membership === 'leave' || membership === 'ban');
    const removedFrom = new Set<number>();
    for (const record of await engine.events(left.map(({ event }) => event))) {
      if (record && record.sender !== user && (await endOfStay(this.#deps, record.room, record, userId))) removedFrom.add(record.room);
    }
    return { last, removedFrom };
  }
}
