import { LRUCache } from 'lru-cache';

import { threadPlaceOf } from '../client-events/thread-of.ts';
import type { EventRecord } from '../engine/event-record.ts';
import { isAfter } from '../engine/timeline-order.ts';
import { mayNotifyAll } from '../engine/unread-rows.ts';
import type { Requester } from '../http/route.ts';
import type { OwnRules, SyncDeps } from './deps.ts';
import type { ReadMarks } from './unread-store.ts';
import type { Counts } from './unread.ts';
import { evaluatePushRules, own, ownObject, ownString, type PushContext, viewPushEvent } from '@hearth/protocol';
import { type StreamEntry, streamKinds } from '@hearth/storage';

/** Newest events of a room that are looked at: what is unread before them nobody counts. */
const eventsMax = 1_000;
const pageSize = 100;
/** Characters of all tallies that are kept. */
const charsMax = 8 * 1024 * 1024;
/** What a tally takes besides its text, and for each thread. */
const tallyChars = 200;

type RulesDeps = Pick<SyncDeps, 'engine' | 'changes' | 'followsThread'>;

export type UnreadQuestion = {
  readonly room: { readonly number: number; readonly roomId: string; readonly joinedMembers: number };
  readonly requester: Pick<Requester, 'user' | 'userId'>;
  /** Ids of those whom the reader ignores; another set when it changes. */
  readonly ignored: ReadonlySet<string>;
  /** The position in the stream up to which events count. */
  readonly upTo: number;
};

/** What was unread at a position, by thread, for these rules and marks. */
type Tally = {
  readonly rules: OwnRules;
  readonly ignored: ReadonlySet<string>;
  readonly marks: string;
  readonly upTo: number;
  readonly threads: ReadonlyMap<string, Readonly<Counts>>;
};

/** What of a room's state rules may ask for. */
type Situation = Pick<PushContext, 'displayName'> & { readonly mayNotify: (sender: string, key: string) => boolean };

/**
 * Unread counts of those whose rules are not everybody's: the rules are asked about each unread event when its reader is told of it, never
 * when it is sent. What was counted is remembered, so a reader who follows a room costs one evaluation for each event, and after a restart
 * or a receipt the events since the reader's mark are looked at once more. A change of rules counts at once for all that is unread.
 */
export class UnreadByRules {
  readonly #deps: RulesDeps;
  readonly #tallies = new LRUCache<string, Tally>({
    maxSize: charsMax,
    sizeCalculation: ({ marks, threads }) => marks.length + tallyChars * (1 + threads.size),
  });
  /** Changes of subscriptions that this node has seen. */
  #subscriptions = 0;

  constructor(deps: RulesDeps) {
    this.#deps = deps;
  }

  /** By thread; the main timeline is among them. */
  async count(question: UnreadQuestion, rules: OwnRules, readMarks: ReadMarks): Promise<Map<string, Counts>> {
    const { room, requester, ignored, upTo } = question;
    if (rules.silence(room.roomId)) return new Map();
    const key = tallyKey(requester.user, room.number);
    const marks = textOf(readMarks);
    const subscriptions = this.#subscriptions;
    const kept = this.#tallies.get(key);
    const known = kept?.rules === rules && kept.ignored === ignored && kept.marks === marks && kept.upTo <= upTo ? kept : undefined;
    const threads = await this.#walk(question, rules, readMarks, known);
    if ((kept === undefined || kept.upTo <= upTo) && subscriptions === this.#subscriptions) {
      this.#tallies.set(key, {
        rules,
        ignored,
        marks,
        upTo,
        threads: new Map([...threads].map(([thread, counts]) => [thread, { ...counts }])),
      });
    }
    return threads;
  }

  /** A consumer of the tail: whether a thread is followed counts for what is unread in it. */
  readonly consume = (entries: readonly StreamEntry[]): void => {
    for (const { kind, usr, subject } of entries) {
      if (kind !== streamKinds.threadSubscription || usr === null) continue;
      this.#subscriptions += 1;
      this.#tallies.delete(tallyKey(usr, subject));
    }
  };

  /** From the newest event back to the reader's marks, or to what was counted before. */
  async #walk(question: UnreadQuestion, rules: OwnRules, marks: ReadMarks, known: Tally | undefined): Promise<Map<string, Counts>> {
    const { requester, ignored } = question;
    const threads = new Map<string, Counts>();
    const reader = new Reader(this.#deps, question, rules);
    const unthreaded = marks.receipts.filter(({ thread }) => thread === '');
    const everywhere = Math.max(marks.floor, ...unthreaded.map(({ countable }) => countable));
    for await (const record of this.#newestFirst(question, known?.upTo ?? 0)) {
      // Who speaks has read what is before; one's joining is such an event too.
      if (record.sender === requester.user || record.countable < everywhere) return threads;
      if (isIgnored(record, ignored)) continue;
      const outcome = await reader.evaluate(record);
      if (!outcome.notify && !outcome.highlight) continue;
      const { thread } = await threadPlaceOf(this.#deps.engine, record);
      if (await this.#wasRead(record, thread, marks)) continue;
      const counts = threads.get(thread) ?? { notification_count: 0, highlight_count: 0 };
      threads.set(thread, counts);
      counts.notification_count += 1;
      if (outcome.highlight) counts.highlight_count += 1;
    }
    for (const [thread, before] of known?.threads ?? []) {
      const counts = threads.get(thread) ?? { notification_count: 0, highlight_count: 0 };
      threads.set(thread, counts);
      counts.notification_count += before.notification_count;
      counts.highlight_count += before.highlight_count;
    }
    return threads;
  }

  async *#newestFirst({ room, upTo }: UnreadQuestion, since: number): AsyncGenerator<EventRecord> {
    let before = upTo;
    for (let looked = 0; looked < eventsMax; looked += pageSize) {
      const entries = await this.#deps.changes.newestRoomEntries(room.number, streamKinds.event, since, before, pageSize);
      for (const record of await this.#deps.engine.events(entries.map(({ subject }) => subject))) if (record) yield record;
      const last = entries.at(-1);
      if (entries.length < pageSize || last === undefined) return;
      before = last.position - 1;
    }
  }

  /** By running numbers; an event without one of its own shares that of the one before it, and there the order of events decides. */
  async #wasRead(record: EventRecord, thread: string, { receipts }: ReadMarks): Promise<boolean> {
    for (const receipt of receipts) {
      if ((receipt.thread !== '' && receipt.thread !== thread) || receipt.countable < record.countable) continue;
      if (receipt.countable > record.countable) return true;
      const read = await this.#deps.engine.event(receipt.event);
      if (read && !isAfter(record, read)) return true;
    }
    return false;
  }
}

/** Asks somebody's rules about events of one room, each in the state that the room had then. */
class Reader {
  readonly #deps: RulesDeps;
  readonly #question: UnreadQuestion;
  readonly #rules: OwnRules;
  readonly #situations = new Map<number, Situation>();
  readonly #followed = new Map<string, boolean>();

  constructor(deps: RulesDeps, question: UnreadQuestion, rules: OwnRules) {
    this.#deps = deps;
    this.#question = question;
    this.#rules = rules;
  }

  async evaluate(record: EventRecord): Promise<{ readonly notify: boolean; readonly highlight: boolean }> {
    const { room, requester } = this.#question;
    const { displayName, mayNotify } = await this.#situation(record.stateBefore ?? 0);
    const { event } = record;
    return evaluatePushRules(this.#rules.compiled, viewPushEvent(event), {
      userId: requester.userId,
      displayName,
      memberCount: room.joinedMembers,
      senderMayNotify: (key) => mayNotify(event.sender, key),
      followsThread: await this.#followsThread(record),
    });
  }

  async #situation(state: number): Promise<Situation> {
    const known = this.#situations.get(state);
    if (known) return known;
    const { room, requester } = this.#question;
    const view = await this.#deps.engine.stateAt(room.number, state);
    const [create, levels, member] =
      (await view?.getMany([
        ['m.room.create', ''],
        ['m.room.power_levels', ''],
        ['m.room.member', requester.userId],
      ])) ?? [];
    const situation: Situation = {
      displayName: member && ownString(member.event.content, 'displayname'),
      mayNotify: (sender, key) => mayNotifyAll(sender, key, create, levels),
    };
    this.#situations.set(state, situation);
    return situation;
  }

  /** Undefined for what is in no thread. */
  async #followsThread({ room, event }: EventRecord): Promise<boolean | undefined> {
    const relation = this.#rules.compiled.asksForThreads ? ownObject(event.content, 'm.relates_to') : undefined;
    const root = relation && own(relation, 'rel_type') === 'm.thread' ? ownString(relation, 'event_id') : undefined;
    if (root === undefined) return undefined;
    const known = this.#followed.get(root) ?? (await this.#deps.followsThread(this.#question.requester.user, room, root));
    this.#followed.set(root, known);
    return known;
  }
}

/** What /sync hides: all but state (client-server API, "Ignoring users"). */
export function isIgnored({ stateKey, event }: EventRecord, ignored: ReadonlySet<string>): boolean {
  return stateKey === undefined && ignored.has(event.sender);
}

function tallyKey(user: number, room: number): string {
  return `${user}/${room}`;
}

function textOf({ floor, receipts }: ReadMarks): string {
  return [floor, ...receipts.map(({ thread, event }) => `${thread} ${event}`)].join('\n');
}
