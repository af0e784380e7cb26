import type { Engine } from '../engine-in-process.ts';
import type { OtherServers } from './other-servers.ts';
import {
  authorize,
  authTypesFor,
  type EventFact,
  isSignedWith,
  type JsonObject,
  nextDepth,
  type PduEvent,
  referenceHash,
  resolve,
  type RoomVersionRules,
  runResolution,
  splitStates,
} from '@hearth/protocol';

export type ModelEvent = {
  readonly number: number;
  readonly event: PduEvent;
  readonly rank: number;
  readonly authEvents: readonly number[];
  /** Event numbers by key: the state before and after. */
  readonly before: ModelState;
  readonly after: ModelState;
  /** Whether the state before it allows it. */
  readonly allowed: boolean;
};
export type ModelState = ReadonlyMap<number, number>;

export type ModelIntent = {
  readonly sender: string;
  readonly type: string;
  readonly stateKey?: string;
  readonly content?: object;
  readonly redacts?: string;
  readonly prev: readonly ModelEvent[];
  /** Instead of those that the state before the event gives. */
  readonly authEvents?: readonly PduEvent[];
  readonly depth?: number;
  readonly roomId?: string;
};

/**
 * A room as all of its servers together know it: the whole graph in memory, with the state at each event worked out in the plainest
 * way. What an engine makes of the same events is compared with it.
 */
export class ModelRoom {
  readonly rules: RoomVersionRules;
  readonly roomId: string;
  readonly #servers: OtherServers;
  readonly events: ModelEvent[] = [];
  readonly #keys = new Map<string, number>();
  #made = 0;

  constructor(rules: RoomVersionRules, roomId: string, servers: OtherServers) {
    this.rules = rules;
    this.roomId = roomId;
    this.#servers = servers;
  }

  /** A model of a room that an engine has just created. */
  static async of(engine: Engine, roomId: string, servers: OtherServers): Promise<ModelRoom> {
    const head = await engine.room(roomId);
    if (!head) throw new Error('no such room');
    const model = new ModelRoom(head.rules, roomId, servers);
    const state = await engine.currentState(head).all();
    for (const { event } of state.toSorted((a, b) => a.event.depth - b.event.depth)) model.adopt(event);
    return model;
  }

  get last(): ModelEvent {
    const last = this.events.at(-1);
    if (!last) throw new Error('the room is empty');
    return last;
  }

  /** Events that no other follows. */
  get leaves(): readonly ModelEvent[] {
    const followed = new Set(this.events.flatMap(({ event }) => event.prevEvents));
    return this.events.filter(({ event }) => !followed.has(event.eventId));
  }

  /** An event that was made elsewhere. */
  adopt(event: PduEvent): ModelEvent {
    const prev = event.prevEvents.map((id) => this.byId(id));
    const authEvents = event.authEvents.map((id) => this.byId(id).number);
    const before = this.resolved(prev.map(({ after }) => after));
    const number = this.events.length;
    const allowed = this.#allows(event, before);
    const changes = allowed && event.stateKey !== undefined;
    const after = changes ? new Map([...before, [this.#key(event.type, event.stateKey), number]]) : before;
    const rank = 1 + Math.max(0, ...authEvents.map((auth) => (this.events[auth] as ModelEvent).rank));
    const made = { number, event, rank, authEvents, before, after, allowed };
    this.events.push(made);
    return made;
  }

  /** Lets a user's server build an event on these predecessors; it is in the room even if no rule allows it. */
  send(intent: ModelIntent): ModelEvent {
    return this.adopt(this.build(intent));
  }

  build({ sender, type, stateKey, content = {}, redacts, prev, authEvents, depth, roomId = this.roomId }: ModelIntent): PduEvent {
    this.#made += 1;
    const before = this.resolved(prev.map(({ after }) => after));
    const outline = { type, sender, stateKey, content: content as JsonObject };
    const cited = authEvents ?? authTypesFor(outline, this.rules).flatMap(([t, k]) => this.inState(before, t, k) ?? []);
    const fields = {
      type,
      sender,
      content: outline.content,
      roomId,
      ...(stateKey === undefined ? {} : { stateKey }),
      ...(redacts === undefined ? {} : { redacts }),
      prevEvents: prev.map(({ event }) => event.eventId),
      authEvents: cited.map(({ eventId }) => eventId),
      depth: depth ?? nextDepth(prev.map(({ event }) => event.depth)),
      originServerTs: 1_700_000_000_000 + this.#made,
    };
    if (this.rules.eventIdFormat !== 'given') return this.#servers.build(fields, this.rules);
    const hashes = [...prev.map(({ event }) => event), ...cited].map((e) => [e.eventId, referenceHash(e.pdu, this.rules)] as const);
    const eventId = `$${this.#made}of${this.roomId.slice(1, 12)}:${sender.slice(sender.indexOf(':') + 1)}`;
    return this.#servers.build({ ...fields, eventId, referenceHashes: new Map(hashes) }, this.rules);
  }

  byId(eventId: string): ModelEvent {
    const found = this.events.find(({ event }) => event.eventId === eventId);
    if (!found) throw new Error(`the model has no event ${eventId}`);
    return found;
  }

  inState(state: ModelState, type: string, stateKey: string): PduEvent | undefined {
    const number = state.get(this.#key(type, stateKey));
    return number === undefined ? undefined : this.events[number]?.event;
  }

  /** The ids of a state's events, sorted. */
  ids(state: ModelState): string[] {
    return [...state.values()].map((number) => (this.events[number] as ModelEvent).event.eventId).toSorted();
  }

  resolved(states: readonly ModelState[]): ModelState {
    if (states.length === 0) return new Map();
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

  #fact(number: number): EventFact {
    const { event, rank, authEvents, allowed } = this.events[number] as ModelEvent;
    return { number, rank, authEvents, event, key: this.#key(event.type, event.stateKey ?? ''), rejected: !allowed };
  }

  #allows(event: PduEvent, before: ModelState): boolean {
    const signatures = { signedBy: () => true, verifySigned: isSignedWith };
    return authorize(event, this.rules, (type, stateKey) => this.inState(before, type, stateKey), signatures).allowed;
  }

  #key(type: string, stateKey: string): number {
    const text = JSON.stringify([type, stateKey]);
    const key = this.#keys.get(text) ?? this.#keys.size;
    this.#keys.set(text, key);
    return key;
  }
}
