import type { EventRecord } from './event-record.ts';
import type { Imported, RoomToImport } from './import/import-room.ts';
import type { GapOptions } from './receive/receive-with-state.ts';
import type { Received, ReceiveOptions } from './receive/received.ts';
import type { RoomHead } from './room-head.ts';
import type { Soon } from './soon.ts';
import type { StateChange, StateView } from './state-view.ts';
import type { JsonObject, JsonValue, Reject, RoomVersionRules } from '@hearth/protocol';
import type { Statement, StreamRow } from '@hearth/storage';

/** A wish to write an event that has not been built yet: prev and auth events, depth, hash and signature are the engine's. */
export type Intent = {
  readonly type: string;
  readonly sender: string;
  /** Present (also as '') for state events. */
  readonly stateKey?: string;
  readonly content: JsonObject;
  readonly redacts?: string;
  /** For how long it is told to everybody in the room, wherever their timelines begin (MSC4354). Milliseconds. */
  readonly stickyMs?: number;
  /** Only for application services; else the clock's. Milliseconds. */
  readonly originServerTs?: number;
  /** Makes the request idempotent: a repeat answers with the event of the first. */
  readonly transaction?: TransactionKey;
  /** A state event equal to the current one makes no new event; its id is answered. On unless false. */
  readonly deduplicate?: boolean;
  /** Sees the room just before the event is built (in the room's queue) and may refuse by throwing a MatrixError. */
  readonly precondition?: (state: StateView, room: RoomHead) => Promise<void>;
  /** Further rows for the same commit. */
  readonly also?: { readonly statements: readonly Statement[]; readonly stream: readonly StreamRow[] };
};

export type TransactionKey = { readonly user: number; readonly deviceId: string; readonly scope: string; readonly txnId: string };

/** A committed event; `position` is its place in the stream, `repeated` when nothing new was written. */
export type Submitted = { readonly record: EventRecord; readonly position: number; readonly repeated: boolean };

export type NewRoom = {
  readonly rules: RoomVersionRules;
  readonly creator: string;
  /** Content of m.room.create without room_version (and creator, where the version has it): the engine adds those. */
  readonly creationContent: JsonObject;
  /** The events after the creation, in order; all are authorised as a chain and committed with it or not at all. */
  readonly events: readonly Intent[];
  /** Further rows of the same commit, made when the room's number is known (aliases, publication, account data). */
  readonly also?: (room: { readonly number: number; readonly roomId: string }) => {
    readonly statements: readonly Statement[];
    readonly stream: readonly StreamRow[];
  };
  /** Milliseconds; the clock's when absent. */
  readonly originServerTs?: number;
};

/**
 * The room engine: the only writer of events and state. Throws MatrixError for what the caller did wrong (403 M_FORBIDDEN with
 * the auth rule's sentence, 413 M_TOO_LARGE, 404 for an unknown room, 503 M_UNAVAILABLE after too many lost races).
 */
export interface RoomEngine {
  createRoom(room: NewRoom): Promise<{ readonly roomId: string; readonly room: number; readonly position: number }>;
  submit(roomId: string, intent: Intent): Promise<Submitted>;
  /** Up to 100 intents as one chain in one commit: all or nothing. */
  submitAll(roomId: string, intents: readonly Intent[]): Promise<readonly Submitted[]>;

  /**
   * Takes in events that others made, after all checks, in the order of what they cite. The room's version is the stored one. What
   * is wrong with an event is its verdict and never an exception; 404 for a room that is not here, 503 as above. At most 1,000.
   */
  receive(roomId: string, pdus: readonly JsonValue[], options: ReceiveOptions): Promise<readonly Received[]>;

  /**
   * The same for one event whose predecessors cannot be had: with the state before it as the `remote` server tells it. Known predecessors
   * have their say beside that state, and so has the current one. Ask for the earliest event of a gap, then `receive` what follows it.
   * `incomplete` when the state could not be had, or is none. At most 50,000 events of state and auth chain.
   */
  receiveWithState(roomId: string, pdu: JsonValue, options: GapOptions): Promise<Received>;

  /**
   * Takes in a room that is not here yet from what a server in it says: the state before one event, the events that this rests on,
   * and the event. Answers why not when there is no such room to be had; events that are not in order are left out. Nothing of the room is to be seen before all of it is stored, in small
   * commits; after a crash it may be taken in anew, within a minute on several nodes. 413 as above.
   */
  importRoom(room: RoomToImport): Promise<Imported | Reject>;

  /** Removes what crashes have left of rooms that were being taken in; answers of how many, at most 20. */
  removeUnfinishedImports(): Promise<number>;

  /**
   * Empties messages of a room: their content, and all that was derived from it, is gone with the commit, while state, ends of the room and
   * tokens stay right. Numbers of anything else are left alone. Answers how many were emptied. At most 500.
   */
  purge(room: number, events: readonly number[]): Promise<number>;

  /** Committed head of a room, from the cache or the database; undefined for unknown rooms. */
  room(roomId: string): Soon<RoomHead | undefined>;
  roomByNumber(room: number): Soon<RoomHead | undefined>;
  currentState(room: RoomHead): StateView;
  stateAt(room: number, state: number): Soon<StateView | undefined>;
  /** Keys in which two states of a room differ: work proportional to the difference. */
  stateDifference(room: number, before: number, after: number): Promise<StateChange[]>;

  event(number: number): Soon<EventRecord | undefined>;
  events(numbers: readonly number[]): Promise<(EventRecord | undefined)[]>;
  /** By id, whatever room it is in: compare `record.room` (AC-03). */
  eventById(eventId: string): Promise<EventRecord | undefined>;

  /** The number of a user id, made if new (`internUser`) or undefined if never seen (`findUser`); and back. */
  internUser(userId: string): Soon<number>;
  findUser(userId: string): Soon<number | undefined>;
  userId(user: number): Promise<string>;
  userIds(users: readonly number[]): Promise<string[]>;

  /** Runs what is queued to its end; called on stop. */
  drain(): Promise<void>;
}
