import type { RoomEngine } from './engine.ts';
import type { EventRecord } from './event-record.ts';
import type { Retention } from './retention.ts';
import { isAfter } from './timeline-order.ts';
import { historyVisibilityOf, membershipOf, type ReaderFacts, visibilityForReader } from '@hearth/protocol';

/**
 * The one door for reading events: whatever shows events to a client asks here which of them the reader may see. What is
 * not known (the state at an outlier) hides the event (AC-08).
 */
export class EventVisibility {
  readonly #engine: RoomEngine;
  readonly #retention: Retention | undefined;

  /** Without `retention` messages do not grow too old. */
  constructor(engine: RoomEngine, retention?: Retention) {
    this.#engine = engine;
    this.#retention = retention;
  }

  /** Without what was purged and what is too old to be kept, of events of any rooms and whoever reads. */
  async present(records: readonly EventRecord[]): Promise<EventRecord[]> {
    const present: EventRecord[] = [];
    for (const record of records) {
      const [kept] = this.#retention === undefined ? [record] : await this.#retention.unexpired([record]);
      if (kept?.inTimeline === true) present.push(kept);
    }
    return present;
  }

  /**
   * The events that the reader may see, in their order. `membershipNow` is the reader's present membership in the room (all
   * events are of one room); for those who left, whether they joined later is judged by what is before their leaving.
   */
  async filter(records: readonly EventRecord[], userId: string, membershipNow: string | undefined): Promise<EventRecord[]> {
    const visible: EventRecord[] = [];
    for (const record of this.#retention === undefined ? records : await this.#retention.unexpired(records)) {
      const facts = await this.#facts(record, userId, membershipNow);
      if (facts && visibilityForReader(facts) === 'visible') visible.push(record);
    }
    return visible;
  }

  async #facts(record: EventRecord, userId: string, membershipNow: string | undefined): Promise<ReaderFacts | undefined> {
    if (!record.inTimeline || record.stateBefore === null) return undefined;
    const { event } = record;
    const before = record.stateBefore === 0 ? undefined : await this.#engine.stateAt(record.room, record.stateBefore);
    if (!before && record.stateBefore !== 0) return undefined;
    const [visibility, member] = before
      ? await before.getMany([
          ['m.room.history_visibility', ''],
          ['m.room.member', userId],
        ])
      : [undefined, undefined];
    const isVisibility = event.type === 'm.room.history_visibility' && event.stateKey === '';
    const isOwnMember = event.type === 'm.room.member' && event.stateKey === userId;
    return {
      historyVisibility: historyVisibilityOf(visibility?.event.content),
      membership: membershipOf(member?.event.content),
      joinedLater: await this.#joinedLater(record, userId, membershipNow),
      senderErased: false,
      ...(isVisibility ? { historyVisibilityAfter: historyVisibilityOf(event.content) } : {}),
      ...(isOwnMember ? { membershipAfter: membershipOf(event.content) } : {}),
    };
  }

  /** Joined now is joined later than everything. Who left sees shared history up to the point of leaving. */
  async #joinedLater(record: EventRecord, userId: string, membershipNow: string | undefined): Promise<boolean> {
    if (membershipNow === 'join') return true;
    if (membershipNow === undefined) return false;
    const room = await this.#engine.roomByNumber(record.room);
    let member = room && (await this.#engine.currentState(room).get('m.room.member', userId));
    // Back from membership to membership until one that ended a joined one; people do this a few times, not often.
    for (let step = 0; member && step < membershipStepsMax; step += 1) {
      if (member.event.content['membership'] === 'join') return isAfter(member, record);
      if (!isAfter(member, record) || member.stateBefore === null) return false;
      const before = await this.#engine.stateAt(record.room, member.stateBefore);
      member = await before?.get('m.room.member', userId);
    }
    return false;
  }
}

/** Membership events that are looked at to find somebody's last join. */
const membershipStepsMax = 50;
