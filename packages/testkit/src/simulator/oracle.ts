import { keysAtTimeOf } from './keys.ts';
import type { KeyOf } from '@hearth/homeserver/testing';
import {
  authorize,
  checkAuthEvents,
  type CitedEvent,
  type EventFact,
  isEventSignedBy,
  isSignedWith,
  type PduEvent,
  resolve,
  type RoomVersionRules,
  runResolution,
  type SignatureFacts,
  splitStates,
} from '@hearth/protocol';

/** A state as a map of keys to numbers of events. */
export type PlainState = ReadonlyMap<number, number>;

export type PlainEvent = {
  readonly number: number;
  readonly event: PduEvent;
  readonly authEvents: readonly number[];
  readonly rank: number;
  readonly before: PlainState;
  readonly after: PlainState;
  /** By its auth events or by the state before it. */
  readonly rejected: boolean;
};

const nothing: PlainState = new Map();

/**
 * A room as nobody in it sees it: the whole graph in memory, with every event judged once more in the plainest way, without database,
 * tries, caches, batches or an order of arrival. What the servers made of the same events is compared with it.
 */
export class Oracle {
  readonly rules: RoomVersionRules;
  readonly #keyOf: KeyOf;
  readonly #events: PlainEvent[] = [];
  readonly #byId = new Map<string, PlainEvent>();
  readonly #keys = new Map<string, number>();
  readonly #resolved = new Map<string, PlainState>();

  constructor(rules: RoomVersionRules, keyOf: KeyOf) {
    this.rules = rules;
    this.#keyOf = keyOf;
  }

  /** Takes in events in any order; what cites what is in none of them is left out. The first of them all is the create event. */
  addAll(create: PduEvent, events: Iterable<PduEvent>): void {
    this.#add(create);
    let open = [...events];
    for (let before = -1; open.length !== before;) {
      before = open.length;
      open = open.filter((event) => !this.#tryAdd(event));
    }
  }

  byId(eventId: string): PlainEvent | undefined {
    return this.#byId.get(eventId);
  }

  /** The ids of a state's events, sorted. */
  ids(state: PlainState): string[] {
    return [...state.values()].map((number) => (this.#events[number] as PlainEvent).event.eventId).toSorted();
  }

  find(state: PlainState, type: string, stateKey: string): PduEvent | undefined {
    const number = state.get(this.#key(type, stateKey));
    return number === undefined ? undefined : this.#events[number]?.event;
  }

  allows(event: PduEvent, state: PlainState): boolean {
    return authorize(event, this.rules, (type, stateKey) => this.find(state, type, stateKey), this.#signatures(event)).allowed;
  }

  resolved(states: readonly PlainState[]): PlainState {
    const different = [...new Map(states.map((state) => [nameOf(state), state])).entries()].toSorted(([a], [b]) => (a < b ? -1 : 1));
    const [first, second] = different;
    if (!first) return nothing;
    if (!second) return first[1];
    const name = different.map(([own]) => own).join('|');
    const known = this.#resolved.get(name);
    if (known) return known;
    const found = this.#resolve(different.map(([, state]) => state));
    this.#resolved.set(name, found);
    return found;
  }

  #resolve(states: readonly PlainState[]): PlainState {
    const { unconflicted, sets } = splitStates(states);
    const facts = (numbers: readonly number[]): EventFact[] => numbers.map((number) => this.#fact(number));
    const input = { rules: this.rules, create: 0, sets, unconflicted: [...unconflicted.values()], verifySigned: isSignedWith };
    const { state } = runResolution(resolve(input), {
      edges: facts,
      events: facts,
      unconflicted: (pairs) => pairs.map(([type, stateKey]) => unconflicted.get(this.#key(type, stateKey))),
      citers: () => [],
    });
    return new Map([...unconflicted, ...state]);
  }

  #tryAdd(event: PduEvent): boolean {
    const cited = [...event.prevEvents, ...event.authEvents];
    if (!this.#byId.has(event.eventId) && !cited.every((id) => this.#byId.has(id))) return false;
    if (!this.#byId.has(event.eventId)) this.#add(event);
    return true;
  }

  #add(event: PduEvent): void {
    const cited = event.authEvents.map((id) => this.#byId.get(id) as PlainEvent);
    const before = this.resolved(event.prevEvents.map((id) => (this.#byId.get(id) as PlainEvent).after));
    const number = this.#events.length;
    const rejected = !this.#allowedByCited(event, cited) || !this.allows(event, before);
    const own: PlainState = new Map([[this.#key(event.type, event.stateKey ?? ''), number]]);
    const after = rejected || event.stateKey === undefined ? before : new Map([...before, ...own]);
    const rank = cited.reduce((highest, one) => Math.max(highest, one.rank + 1), 0);
    const made = { number, event, authEvents: cited.map((one) => one.number), rank, before, after, rejected };
    this.#events.push(made);
    this.#byId.set(event.eventId, made);
  }

  #allowedByCited(event: PduEvent, cited: readonly PlainEvent[]): boolean {
    const create = this.#events[0];
    if (create && event.type === 'm.room.create' && event.stateKey === '') return false;
    const citations = { authEvents: cited.map(citedEvent), ...(create ? { roomCreate: citedEvent(create) } : {}) };
    if (!checkAuthEvents(event, this.rules, citations).allowed) return false;
    const state = [...(this.rules.roomIdIsCreateHash && create ? [create] : []), ...cited].map((one) => one.event);
    const find = (type: string, stateKey: string): PduEvent | undefined =>
      state.find((one) => one.type === type && one.stateKey === stateKey);
    return authorize(event, this.rules, find, this.#signatures(event)).allowed;
  }

  #signatures(event: PduEvent): SignatureFacts {
    const keyOf = keysAtTimeOf(event, this.rules, this.#keyOf);
    return { signedBy: (domain) => isEventSignedBy(event, this.rules, domain, keyOf), verifySigned: isSignedWith };
  }

  #fact(number: number): EventFact {
    const { event, rank, authEvents, rejected } = this.#events[number] as PlainEvent;
    return { number, rank, authEvents, event, key: this.#key(event.type, event.stateKey ?? ''), rejected };
  }

  #key(type: string, stateKey: string): number {
    const text = JSON.stringify([type, stateKey]);
    const key = this.#keys.get(text) ?? this.#keys.size;
    this.#keys.set(text, key);
    return key;
  }
}

function nameOf(state: PlainState): string {
  return [...state.values()].toSorted((a, b) => a - b).join(',');
}

function citedEvent({ event: { eventId, roomId, type, stateKey }, rejected }: PlainEvent): CitedEvent {
  return { eventId, roomId, type, stateKey, rejected };
}
