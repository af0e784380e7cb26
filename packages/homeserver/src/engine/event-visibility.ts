import type { RoomEngine } from './engine.ts';
import type { ErasedUsers } from './erased-users.ts';
import type { EventRecord } from './event-record.ts';
import { prunedRecord } from './redact-event.ts';
import type { Retention } from './retention.ts';
import type { ServerUsers } from './server-users.ts';
import type { StateView } from './state-view.ts';
import { isAfter } from './timeline-order.ts';
import {
  historyVisibilityOf,
  type Membership,
  membershipOf,
  type ReaderFacts,
  type ServerFacts,
  visibilityForReader,
  visibilityForServer,
} from '@hearth/protocol';

/** Membership events that are looked at to find somebody's joins: people come and go a few times, not often. */
const membershipStepsMax = 50;

/**
 * The one door for reading events: whatever shows events to a client asks here which of them the reader may see. What is
 * not known (the state at an outlier) hides the event (AC-08).
 */
export class EventVisibility {
  readonly #engine: RoomEngine;
  readonly #erased: Pick<ErasedUsers, 'among'>;
  readonly #retention: Retention | undefined;

  /** Without `retention` messages do not grow too old. */
  constructor(engine: RoomEngine, erased: Pick<ErasedUsers, 'among'>, retention?: Retention) {
    this.#engine = engine;
    this.#erased = erased;
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
   * What every member may see whatever the history visibility was, as sticky events are (MSC4354): nothing that was purged or is too old, and
   * nothing of erased people.
   */
  async ofMembers(records: readonly EventRecord[]): Promise<EventRecord[]> {
    const present = await this.present(records);
    const erased = await this.#erased.among(present.map(({ sender }) => sender));
    return present.filter(({ sender }) => !erased.has(sender));
  }

  /**
   * The events that the reader may see, in their order, without their content where the sender was erased before the reader came.
   * `membershipNow` is the reader's present membership in the room (all events are of one room); for those who left, whether they
   * joined later is judged by what is before their leaving.
   */
  async filter(records: readonly EventRecord[], userId: string, membershipNow: string | undefined): Promise<EventRecord[]> {
    const visible: EventRecord[] = [];
    const kept = this.#retention === undefined ? records : await this.#retention.unexpired(records);
    const erased = await this.#erased.among(kept.map(({ sender }) => sender));
    for (const record of kept) {
      const facts = await this.#facts(record, userId, membershipNow);
      if (!facts) continue;
      const erasedTs = erased.get(record.sender);
      const senderErased = erasedTs !== undefined && !(await this.#cameBefore(erasedTs, record, userId));
      const verdict = visibilityForReader({ ...facts, senderErased });
      if (verdict !== 'hidden') visible.push(verdict === 'visible' ? record : prunedRecord(record));
    }
    return visible;
  }

  /**
   * The events that another server gets, in their order: redacted where none of its users may read them, for their place in the graph.
   * All are of one room. Whoever has nobody in it gets nothing (AC-02), and nobody gets what has no state before it.
   */
  async filterForServer(records: readonly EventRecord[], users: ServerUsers): Promise<EventRecord[]> {
    const given: EventRecord[] = [];
    if (!users.isParticipating) return given;
    const erased = await this.#erased.among(records.map(({ sender }) => sender));
    for (const record of records) {
      const facts = await this.#serverFacts(record, users, erased.has(record.sender));
      const verdict = facts ? visibilityForServer(facts) : 'hidden';
      if (verdict !== 'hidden') given.push(verdict === 'visible' ? record : prunedRecord(record));
    }
    return given;
  }

  async #serverFacts(
    record: EventRecord,
    { isParticipating, userIds }: ServerUsers,
    senderErased: boolean,
  ): Promise<ServerFacts | undefined> {
    const { event, stateBefore } = record;
    const before = stateBefore === null || stateBefore === 0 ? undefined : await this.#engine.stateAt(record.room, stateBefore);
    if (!before && stateBefore !== 0) return undefined;
    const visibility = await before?.get('m.room.history_visibility', '');
    const historyVisibility = historyVisibilityOf(visibility?.event.content);
    const isVisibility = event.type === 'm.room.history_visibility' && event.stateKey === '';
    const isOwnMember = event.type === 'm.room.member' && userIds.includes(event.stateKey ?? '');
    const own = isOwnMember ? [membershipOf(event.content)] : [];
    // Where all may read, nobody needs to have been there, unless it is to read what a sender had erased.
    const isOpen = !senderErased && (historyVisibility === 'shared' || historyVisibility === 'world_readable');
    const users = before && !isOpen ? await membershipsIn(before, userIds) : [];
    return {
      isParticipating,
      historyVisibility,
      membership: mostOf([...own, ...users]),
      senderErased,
      ...(isVisibility ? { historyVisibilityAfter: historyVisibilityOf(event.content) } : {}),
    };
  }

  async #facts(
    record: EventRecord,
    userId: string,
    membershipNow: string | undefined,
  ): Promise<Omit<ReaderFacts, 'senderErased'> | undefined> {
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
      ...(isVisibility ? { historyVisibilityAfter: historyVisibilityOf(event.content) } : {}),
      ...(isOwnMember ? { membershipAfter: membershipOf(event.content) } : {}),
    };
  }

  /** Joined now is joined later than everything. Who left sees shared history up to the point of leaving. */
  async #joinedLater(record: EventRecord, userId: string, membershipNow: string | undefined): Promise<boolean> {
    if (membershipNow === 'join') return true;
    if (membershipNow === undefined) return false;
    for await (const member of this.#memberEvents(record.room, userId)) {
      if (member.event.content['membership'] === 'join') return isAfter(member, record);
      if (!isAfter(member, record)) return false;
    }
    return false;
  }

  /** Whether the reader joined after the event and before its sender was erased: what they could see then is not taken from them. */
  async #cameBefore(erasedTs: number, record: EventRecord, userId: string): Promise<boolean> {
    for await (const member of this.#memberEvents(record.room, userId)) {
      if (!isAfter(member, record)) return false;
      if (member.event.content['membership'] === 'join' && member.receivedTs <= erasedTs) return true;
    }
    return false;
  }

  /** Somebody's member events in a room, from the present one backwards. */
  async *#memberEvents(number: number, userId: string): AsyncGenerator<EventRecord> {
    const room = await this.#engine.roomByNumber(number);
    let member = room && (await this.#engine.currentState(room).get('m.room.member', userId));
    for (let step = 0; member && step < membershipStepsMax; step += 1) {
      yield member;
      const before = member.stateBefore === null ? undefined : await this.#engine.stateAt(number, member.stateBefore);
      member = await before?.get('m.room.member', userId);
    }
  }
}

async function membershipsIn(state: StateView, users: readonly string[]): Promise<Membership[]> {
  const members = await state.getMany(users.map((user) => ['m.room.member', user] as const));
  return members.map((member) => membershipOf(member?.event.content));
}

function mostOf(memberships: readonly Membership[]): ServerFacts['membership'] {
  if (memberships.includes('join')) return 'join';
  return memberships.includes('invite') ? 'invite' : 'none';
}
