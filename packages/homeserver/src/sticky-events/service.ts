import { stickyMsLeft, stickyMsMax } from '../client-events/sticky.ts';
import type { RoomEngine } from '../engine/engine.ts';
import type { EventRecord } from '../engine/event-record.ts';
import type { EventVisibility } from '../engine/event-visibility.ts';
import type { Requester } from '../http/route.ts';
import type { ChangeIndex } from '../streams/change-index.ts';
import type { Clock } from '@hearth/kit';
import { streamKinds } from '@hearth/storage';

/** Newest sticky events of one room that are told: what a flood of them pushes out is told no more. */
const stickyMost = 1_000;
const pageSize = 100;

export type StickyDeps = {
  readonly engine: RoomEngine;
  readonly changes: Pick<ChangeIndex, 'newestRoomEntries' | 'changedRooms'>;
  readonly visibility: Pick<EventVisibility, 'ofMembers'>;
  readonly clock: Clock;
  readonly ignoredUsers: (user: number) => Promise<ReadonlySet<string>>;
};

/** An event that sticks, and its place in the stream. */
export type Sticking = { readonly record: EventRecord; readonly position: number };

/** Events that everybody in the room must be told of while they stick, wherever their timelines begin (MSC4354). */
export class StickyEvents {
  readonly #deps: StickyDeps;

  constructor(deps: StickyDeps) {
    this.#deps = deps;
  }

  /**
   * What sticks of a room that the reader is in and came in (since, upTo], oldest first. The cost is what sticks: newer entries are read
   * first, and behind one that is older than anything can stick there is nothing.
   */
  async of({ user }: Pick<Requester, 'user'>, room: number, since: number, upTo: number): Promise<readonly Sticking[]> {
    const { engine, changes, visibility, clock } = this.#deps;
    const now = clock.now();
    const positions = new Map<EventRecord, number>();
    for (let before = upTo; positions.size < stickyMost;) {
      const entries = await changes.newestRoomEntries(room, streamKinds.sticky, since, before, pageSize);
      const records = await engine.events(entries.map(({ subject }) => subject));
      for (const [index, record] of records.entries()) {
        if (record && stickyMsLeft(record, now) !== undefined) positions.set(record, entries[index]?.position ?? 0);
      }
      const [last, oldest] = [entries.at(-1), records.at(-1)];
      if (last === undefined || entries.length < pageSize || (oldest && oldest.receivedTs + stickyMsMax <= now)) break;
      before = last.position - 1;
    }
    if (positions.size === 0) return [];
    const ignored = await this.#deps.ignoredUsers(user);
    const shown = (await visibility.ofMembers([...positions.keys()])).filter(({ event }) => !ignored.has(event.sender));
    return shown.map((record) => ({ record, position: positions.get(record) ?? 0 })).toReversed();
  }

  /** Of these rooms, the ones in which anything happened since. */
  changedRooms(rooms: Iterable<number>, since: number): Promise<ReadonlySet<number>> {
    return this.#deps.changes.changedRooms(rooms, since);
  }
}
