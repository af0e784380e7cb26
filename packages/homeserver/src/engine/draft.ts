import { type CurrentChange, currentStateRows } from './current-state.ts';
import type { DraftDeps } from './draft-deps.ts';
import type { EventRecord, EventVerdict } from './event-record.ts';
import { citerRows, eventRow, roomUpdate } from './event-rows.ts';
import { extremitiesBeside } from './extremities.ts';
import type { EventSource, PendingRoom } from './pending-room.ts';
import { purgedForm } from './purged-event.ts';
import { type Redacted, redactionLink, redactionRows } from './redact-event.ts';
import { resolveStates } from './resolve-states.ts';
import type { Extremity, RoomHead } from './room-head.ts';
import type { Soon } from './soon.ts';
import type { NextState, RoomState } from './states.ts';
import { raiseReadFloor } from './store.ts';
import type { StateChanges } from './trie/apply.ts';
import type { NewNode } from './trie/draft.ts';
import { exceptionRows } from './unread-rows.ts';
import type { PduEvent, Reject, UnreadClass } from '@hearth/protocol';
import { type RoomClaim, type Statement, streamKinds, type StreamRow, type Write } from '@hearth/storage';

/** An event that has been judged, and all that a draft must know of it. */
export type JudgedEvent = {
  readonly event: PduEvent;
  /** What is stored: canonical JSON without signatures and unsigned, and the signatures. */
  readonly json: Uint8Array;
  readonly signatures: Uint8Array;
  readonly authEvents: readonly EventRecord[];
  /** The state before the event; undefined where its predecessors are not here: for a rejected event, and for one that is kept because a state has it. */
  readonly before: RoomState | undefined;
  readonly verdict: Exclude<EventVerdict, 'incomplete'>;
  /** Why it is not accepted. */
  readonly refusal?: Reject;
  /** Undefined when it is not accepted: then it is not counted. */
  readonly unread: UnreadClass | undefined;
  /** Number of a redaction that came first: `event` and `json` are the redacted form. */
  readonly redactedBy?: number;
  /** Sent by a user of ours: they have read what came before. */
  readonly isOurs: boolean;
};

/** Where an event comes to stand, worked out before anything is noted. */
type Placed = { readonly record: EventRecord; readonly before: RoomState; readonly after: RoomState };

/**
 * Events being written to a room, each on top of the ones before. Nothing of it is visible to anybody until the write that
 * `finish` gives has been committed. A draft that threw is thrown away.
 */
export class Draft {
  readonly #deps: DraftDeps;
  #head: RoomHead;
  #state: RoomState;
  readonly #pending: PendingRoom;
  readonly #statements: Statement[] = [];
  readonly #stream: StreamRow[] = [];
  readonly #records: EventRecord[] = [];
  readonly #newNodes: NewNode[] = [];
  readonly #redacted: EventRecord[] = [];
  #claims: readonly RoomClaim[] = [];
  /** The room's events, also those that are not committed yet. */
  readonly events: EventSource;

  /** `head.roomId` is not known yet ('') for the create event of a v12 room. */
  constructor(deps: DraftDeps, head: RoomHead, state: RoomState, pending: PendingRoom) {
    this.#deps = deps;
    this.#head = head;
    this.#state = state;
    this.#pending = pending;
    this.events = pending.over(deps.events);
  }

  get head(): RoomHead {
    return this.#head;
  }
  /** The current state. */
  get state(): RoomState {
    return this.#state;
  }
  get records(): readonly EventRecord[] {
    return this.#records;
  }
  get newNodes(): readonly NewNode[] {
    return this.#newNodes;
  }
  /** Redacted and purged forms of older events, to replace the cached ones after the commit. */
  get redacted(): readonly EventRecord[] {
    return this.#redacted;
  }
  get pending(): PendingRoom {
    return this.#pending;
  }

  /** An event by its id, whatever room it is in. */
  async eventById(eventId: string): Promise<EventRecord | undefined> {
    return this.#pending.eventById(eventId) ?? this.#deps.events.byId(eventId);
  }

  /** Up to 20 events by their ids, in whatever rooms; in the order of the ids, undefined for those that are not here. */
  async eventsById(eventIds: readonly string[]): Promise<(EventRecord | undefined)[]> {
    const found = new Map<string, EventRecord>();
    for (const eventId of eventIds) {
      const record = this.#pending.eventById(eventId);
      if (record) found.set(eventId, record);
    }
    const missing = [...new Set(eventIds)].filter((eventId) => !found.has(eventId));
    if (missing.length > 0) for (const record of await this.#deps.events.byIds(missing)) found.set(record.event.eventId, record);
    return eventIds.map((eventId) => found.get(eventId));
  }

  /** The one state that several states of the room resolve to; made if there is no such state yet. */
  async resolved(numbers: readonly number[]): Promise<RoomState> {
    const states = await Promise.all([...new Set(numbers)].map((number) => this.#stateOf(number)));
    const [first, ...others] = [...new Map(states.map((state) => [state.root.fingerprint, state])).values()];
    if (!first) return this.#deps.states.empty(this.#head.number);
    if (others.length === 0) return first;
    const { base, changes } = await resolveStates(this.#deps, this, [first, ...others]);
    if (changes.size === 0) return base;
    const next = await this.#deps.states.next(base, changes, this.#head.nextNumber, this.#pending);
    const known = [...states, this.#state].find((state) => state.root.fingerprint === next.view.root.fingerprint);
    return known ?? this.#use(next);
  }

  /** The state that has these events and no others, by their keys: all of this room, and here. */
  async stateWith(events: ReadonlyMap<number, number>): Promise<RoomState> {
    const changes = new Map<number, number | undefined>(events);
    for (const [key, number] of await this.#state.entries()) {
      const other = events.get(key);
      if (other === number) changes.delete(key);
      else if (other === undefined) changes.set(key, undefined);
    }
    return changes.size === 0 ? this.#state : this.#next(this.#state, changes);
  }

  /** Takes a judged event into the room. Accepted without a state before it, it is on no timeline and no end of the room. */
  async add(judged: JudgedEvent): Promise<EventRecord> {
    const { record, before, after } = await this.#place(judged);
    this.#statements.push(eventRow(record, judged.json, judged.signatures, judged.refusal), ...citerRows(record));
    this.#records.push(record);
    this.#pending.addEvent(record);
    if (record.inTimeline) await this.#accept(record, judged, before, after);
    return record;
  }

  /** Keeps what a redaction redacts, for when that comes later. */
  linkRedaction(redaction: EventRecord, redacts: string): void {
    this.also([redactionLink(redaction.number, redacts)], []);
    this.#pending.addRedaction(redaction.number, redacts);
  }

  /** Replaces an older event by its redacted form. */
  redact(redacted: Redacted): void {
    const { statement, stream } = redactionRows(redacted);
    this.also([statement], [stream]);
    this.#redacted.push(redacted.record);
    this.#takeBack(redacted.original);
    // Only while it is pending: a committed event changes for everybody with the commit.
    if (this.#pending.eventById(redacted.record.event.eventId)) this.#pending.addEvent(redacted.record);
  }

  /** Empties an older event, and takes back what was derived from it. */
  purge(original: EventRecord): void {
    const { record, statement } = purgedForm(original);
    this.also([statement], []);
    this.#redacted.push(record);
    this.#takeBack(original);
  }

  /** Rows that belong to the same commit. */
  also(statements: readonly Statement[], stream: readonly StreamRow[]): void {
    this.#statements.push(...statements);
    this.#stream.push(...stream);
  }

  /** Claims the room if anything is to be written: called once, before `finish`, for a room that exists. */
  async claimWhenChanged(): Promise<void> {
    if (this.#statements.length === 0) return;
    const { number: room, revision } = this.#head;
    const next = await this.#deps.database.takeNumbers('revision', 1);
    this.#claims = [{ room, revision, next }];
    this.#head = { ...this.#head, revision: next };
  }

  /** The write of everything; undefined when there is nothing to write. `insertRoom` replaces claim and update for a new room. */
  finish(insertRoom?: Statement): Write | undefined {
    if (this.#statements.length === 0) return undefined;
    if (insertRoom) return { claims: [], statements: [insertRoom, ...this.#statements], stream: this.#stream };
    return {
      claims: this.#claims,
      statements: this.#records.length > 0 ? [...this.#statements, roomUpdate(this.#head)] : this.#statements,
      stream: this.#stream,
    };
  }

  async #place(judged: JudgedEvent): Promise<Placed> {
    const { interner, database, clock } = this.#deps;
    const { event, verdict, unread } = judged;
    const isAccepted = verdict === 'accepted' && judged.before !== undefined;
    const number = await database.takeNumbers('event', 1);
    const stateKey = event.stateKey === undefined ? undefined : await interner.internStateKey(event.type, event.stateKey);
    const before = judged.before ?? this.#state;
    // A rejected event is a place in the graph and changes nothing there.
    const changes = stateKey !== undefined && verdict !== 'rejected' && judged.before !== undefined;
    const after = changes ? await this.#next(before, new Map([[stateKey, number]])) : before;
    const record: EventRecord = {
      number,
      room: this.#head.number,
      event,
      rules: this.#head.rules,
      stateKey,
      sender: await interner.internUser(event.sender),
      verdict,
      inTimeline: isAccepted,
      countable: this.#head.countable + (isAccepted && unread?.countable === true ? 1 : 0),
      stateBefore: judged.before?.number ?? null,
      stateAfter: judged.before ? after.number : null,
      redactedBy: judged.redactedBy ?? null,
      receivedTs: clock.now(),
      auth: stateKey === undefined ? undefined : { rank: rankAbove(judged.authEvents), events: numbersOf(judged.authEvents) },
    };
    return { record, before, after };
  }

  /** The room goes on from here: its ends, its current state, and all that follows from the difference. */
  async #accept(record: EventRecord, judged: JudgedEvent, before: RoomState, after: RoomState): Promise<void> {
    const { event } = record;
    const beside = await extremitiesBeside(event, this.#head.extremities, this);
    const old = this.#state;
    const isNext = beside.length === 0 && before.number === old.number;
    const own: Extremity = { number: record.number, eventId: event.eventId, state: after.number };
    this.#state = beside.length === 0 ? after : await this.resolved([after.number, ...beside.map(({ state }) => state)]);
    const changes = isNext ? await this.#ownChange(record, before) : await this.#changesSince(old);
    const rows = await currentStateRows(changes, record, this.#deps);
    const head = this.#head;
    this.#head = {
      ...head,
      roomId: event.roomId,
      state: this.#state.number,
      depth: Math.max(head.depth, event.depth),
      extremities: [own, ...beside],
      countable: record.countable,
      joinedMembers: head.joinedMembers + rows.joined,
      invitedMembers: head.invitedMembers + rows.invited,
    };
    if (judged.unread) this.#statements.push(...(await exceptionRows(record, judged.unread, this.#deps.interner)));
    this.#statements.push(...rows.statements);
    if (judged.isOurs && !rows.users.has(record.sender)) this.#statements.push(readFloor(record));
    this.#stream.push({ kind: streamKinds.event, room: head.number, usr: null, subject: record.number, detail: null });
    // Readers take the state after the newest event for the current one, unless they are told otherwise.
    if (this.#state.number !== record.stateAfter) {
      this.#stream.push({ kind: streamKinds.state, room: head.number, usr: null, subject: this.#state.number, detail: null });
    }
    this.#stream.push(...rows.stream);
    this.#project(record, changes, rows.users);
  }

  /** An event on top of all of the room changes its own key and no other. */
  #ownChange(record: EventRecord, before: RoomState): Soon<readonly CurrentChange[]> {
    return record.stateKey === undefined ? [] : this.#changeOf(record.stateKey, record, before);
  }

  async #changeOf(stateKey: number, record: EventRecord, before: RoomState): Promise<CurrentChange[]> {
    const number = await before.eventNumber(stateKey);
    return [{ before: number === undefined ? undefined : await this.events.byNumber(number), after: record }];
  }

  async #changesSince(old: RoomState): Promise<CurrentChange[]> {
    const changes = await this.#deps.states.changes(old, this.#state, this.#pending);
    const numbers = changes.flatMap(({ before, after }) => [before, after]).filter((number) => number !== undefined);
    const records = new Map<number, EventRecord>();
    for (const record of await this.events.byNumbers(numbers)) if (record) records.set(record.number, record);
    const pick = (number: number | undefined): EventRecord | undefined => (number === undefined ? undefined : records.get(number));
    return changes.map(({ before, after }) => ({ before: pick(before), after: pick(after) }));
  }

  #project(record: EventRecord, changes: readonly CurrentChange[], users: ReadonlyMap<number, number>): void {
    const room = this.#head;
    const own = changes.find(({ after }) => after === record);
    const older = changes.filter((change) => change !== own);
    const inputs = [
      { record, room, replaces: own?.before, isCurrentState: own !== undefined, arrived: true },
      ...older.flatMap(({ before, after }) => {
        const one = after ?? before;
        return one ? [{ record: one, room, replaces: after && before, isCurrentState: after !== undefined, arrived: false }] : [];
      }),
    ];
    for (const { project } of this.#deps.projections) {
      for (const input of inputs) {
        const projected = project({ ...input, targetUser: users.get(input.record.number) });
        this.also(projected.statements, projected.stream);
      }
    }
  }

  /** What was derived from an event goes with its content. */
  #takeBack(original: EventRecord): void {
    for (const { redact } of this.#deps.projections) {
      const projected = redact?.(original);
      if (projected) this.also(projected.statements, projected.stream);
    }
  }

  async #stateOf(number: number): Promise<RoomState> {
    if (number === this.#state.number) return this.#state;
    if (number === 0) return this.#deps.states.empty(this.#head.number);
    const state = await this.#deps.states.view(this.#head.number, number, this.#pending);
    if (!state) throw new Error(`room ${this.#head.roomId} lacks its state ${number}`);
    return state;
  }

  async #next(from: RoomState, changes: StateChanges): Promise<RoomState> {
    return this.#use(await this.#deps.states.next(from, changes, this.#head.nextNumber, this.#pending));
  }

  #use(next: NextState): RoomState {
    this.#head = { ...this.#head, nextNumber: next.nextNumber };
    this.#newNodes.push(...next.newNodes);
    this.#statements.push(...next.statements);
    return next.view;
  }
}

function readFloor(record: EventRecord): Statement {
  return { run: raiseReadFloor, params: [record.room, record.sender, record.countable] };
}

function rankAbove(authEvents: readonly EventRecord[]): number {
  return authEvents.reduce((rank, { auth }) => Math.max(rank, (auth?.rank ?? 0) + 1), 0);
}

function numbersOf(records: readonly EventRecord[]): number[] {
  return [...new Set(records.map(({ number }) => number))];
}
