import { authTypesFor } from '../auth/auth-types.ts';
/** Rooms in memory for the tests of state resolution: events by short names, states as maps, facts on request. */
import type { JsonObject } from '../json/value.ts';
import type { RoomVersionRules } from '../room-versions/rules.ts';
import { pairName } from '../state/known.ts';
import type { CitersPage, EventFact, Resolution, ResolutionInput, ResolutionSource } from '../state/request.ts';
import { runResolution } from '../state/request.ts';
import { resolve, splitStates } from '../state/resolve.ts';

export type EventSketch = {
  readonly id: string;
  readonly type: string;
  readonly state_key?: string;
  readonly sender: string;
  readonly content: JsonObject;
  /** Names of the auth events, without the create event. */
  readonly auth: readonly string[];
  readonly ts: number;
  readonly depth?: number;
  readonly rejected?: boolean;
};

export type State = ReadonlyMap<number, number>;

export class MemoryRoom {
  readonly rules: RoomVersionRules;
  readonly #facts: EventFact[] = [];
  readonly #numbers = new Map<string, number>();
  readonly #keys = new Map<string, number>();
  readonly #citers = new Map<number, number[]>();
  readonly verifySigned = (): boolean => true;

  constructor(rules: RoomVersionRules) {
    this.rules = rules;
  }

  /** Adds an event; the first one is the create event. */
  add(sketch: EventSketch): number {
    const { rules } = this;
    const number = this.#facts.length;
    const isCreate = sketch.type === 'm.room.create';
    const authEvents = sketch.auth.map((id) => this.number(id));
    if (!isCreate && !rules.roomIdIsCreateHash) authEvents.unshift(0);
    const rank = 1 + Math.max(-1, ...authEvents.map((auth) => this.fact(auth).rank));
    const creator = isCreate && !rules.creatorIsSender ? { creator: sketch.sender } : {};
    const version = isCreate ? { room_version: rules.version } : {};
    this.#facts.push({
      number,
      rank,
      authEvents,
      key: this.keyOf(sketch.type, sketch.state_key ?? ''),
      rejected: sketch.rejected ?? false,
      event: {
        eventId: `$${sketch.id}:a`,
        roomId: '!room:a',
        type: sketch.type,
        sender: sketch.sender,
        stateKey: sketch.state_key,
        content: { ...version, ...creator, ...sketch.content },
        prevEvents: isCreate ? [] : number === 1 ? [this.fact(0).event.eventId] : ['$other:a'],
        redacts: undefined,
        depth: sketch.depth ?? number,
        originServerTs: sketch.ts,
        pdu: {},
      },
    });
    this.#numbers.set(sketch.id, number);
    if (sketch.state_key !== undefined) for (const auth of authEvents) this.#citersOf(auth).push(number);
    return number;
  }

  fact(number: number): EventFact {
    return this.#facts[number] as EventFact;
  }

  number(id: string): number {
    const number = this.#numbers.get(id);
    if (number === undefined) throw new Error(`no event ${id}`);
    return number;
  }

  name(number: number): string {
    return this.fact(number).event.eventId.slice(1, -2);
  }

  get size(): number {
    return this.#facts.length;
  }

  keyOf(type: string, stateKey: string): number {
    const name = pairName(type, stateKey);
    const key = this.#keys.get(name) ?? this.#keys.size;
    this.#keys.set(name, key);
    return key;
  }

  state(ids: Iterable<string>): State {
    return new Map([...ids].map((id) => this.number(id)).map((number) => [this.fact(number).key, number]));
  }

  /** The names of the auth events that an event would select from a state. */
  selectAuth(event: Pick<EventSketch, 'type' | 'sender' | 'state_key' | 'content'>, state: State): readonly string[] {
    const outline = { type: event.type, sender: event.sender, stateKey: event.state_key, content: event.content };
    return authTypesFor(outline, this.rules)
      .map(([type, stateKey]) => state.get(this.keyOf(type, stateKey)))
      .filter((number) => number !== undefined && number !== 0)
      .map((number) => this.name(number as number));
  }

  /** Answers from memory; `citersPage` makes pages short, so that paging is exercised. */
  source(unconflicted: State, citersPage = 3): ResolutionSource {
    const known = (numbers: readonly number[]): readonly EventFact[] => numbers.map((number) => this.fact(number));
    return {
      edges: known,
      events: known,
      unconflicted: (pairs) => pairs.map((pair) => unconflicted.get(this.keyOf(...pair))),
      citers: (of) => of.map((page) => this.#page(page, unconflicted, citersPage)),
    };
  }

  input(states: readonly State[], mode: 'ask' | 'all'): { readonly input: ResolutionInput; readonly unconflicted: State } {
    const { unconflicted, sets } = splitStates(states);
    const { rules, verifySigned } = this;
    const shared = mode === 'ask' ? mode : [...unconflicted.values()];
    return { input: { rules, create: 0, sets, unconflicted: shared, verifySigned }, unconflicted };
  }

  /** The new state, whole, and what it cost. */
  resolve(states: readonly State[], mode: 'ask' | 'all' = 'ask'): { readonly state: State; readonly work: Resolution['work'] } {
    const { input, unconflicted } = this.input(states, mode);
    const { state, work } = runResolution(resolve(input), this.source(unconflicted));
    return { state: new Map([...unconflicted, ...state]), work };
  }

  #page({ number, from }: CitersPage, unconflicted: State, size: number): ReturnType<ResolutionSource['citers']>[number] {
    const all = this.#citersOf(number);
    const end = from ?? all.length;
    const page = all.slice(Math.max(0, end - size), end).reverse();
    const citers = page.map((citer) => ({ number: citer, unconflicted: unconflicted.get(this.fact(citer).key) === citer }));
    return { citers, next: end > size ? end - size : undefined };
  }

  #citersOf(number: number): number[] {
    let citers = this.#citers.get(number);
    if (citers === undefined) this.#citers.set(number, (citers = []));
    return citers;
  }
}

/** States are equal when they have the same events under the same keys. */
export function sorted(state: State): readonly (readonly [number, number])[] {
  return [...state].sort(([a], [b]) => a - b);
}
