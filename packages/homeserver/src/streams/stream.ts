import type { Requester } from '../http/route.ts';
import type { SyncToken } from './tokens.ts';
import type { UserRoom } from './user-rooms.ts';
import type { CompiledSyncFilter, JsonObject } from '@hearth/protocol';
import type { StreamEntry } from '@hearth/storage';

/**
 * What a /sync answer covers: positions in (since, upTo]. For a first sync `initial` is set and `since` is 0. What is not in the stream
 * (typing, presence) is counted by a number of its own, which starts anew with each life of a node: after such a change
 * `ephemeralSince` is 0 and everything present is sent.
 */
export type SyncWindow = {
  readonly since: number;
  readonly upTo: number;
  readonly initial: boolean;
  readonly ephemeralSince: number;
  readonly ephemeralUpTo: number;
  /** Messages to the device are told from here on: `since`, or before it when an earlier answer could not hold all of them. */
  readonly toDeviceSince: number;
  /** So many messages to the device at most, where the client says so. */
  readonly toDeviceMost?: number;
};

/** What sections are told. Rooms are given by number. */
export type SyncContext = {
  readonly requester: Requester;
  readonly window: SyncWindow;
  readonly filter: CompiledSyncFilter;
  /** All rooms of the requester with their memberships. */
  readonly userRooms: ReadonlyMap<number, UserRoom>;
  /** Rooms that the requester is joined to; those that the filter does not want are left out when the answer is written. */
  readonly joined: ReadonlySet<number>;
  /** Of `joined`, those that are sent as a whole: all in a first sync or with full_state, else those joined within the window. */
  readonly whole: ReadonlySet<number>;
  /** Of `joined`, those with any entry in the stream within the window; sections need not look at the others. */
  readonly changed: ReadonlySet<number>;
  /** Whether the requester has any entry of their own in the window. */
  readonly ownChanged: boolean;
  /** The requester's own stream entries of one kind within the window, oldest first. Costs nothing when `ownChanged` is false. */
  readonly ownEntries: (kind: number) => Promise<readonly StreamEntry[]>;
  /** What the stream entries of one kind of a room are about within the window: users, for receipts. */
  readonly roomSubjects: (room: number, kind: number) => Promise<ReadonlySet<number>>;
};

/** A part of an answer. `null` content never occurs: what is absent is not listed. */
export type SyncEvent = { readonly type: string; readonly content: JsonObject; readonly sender?: string };

/** The answer under construction. Sections only add. */
export interface SyncAnswer {
  readonly accountData: SyncEvent[];
  readonly presence: SyncEvent[];
  readonly toDevice: JsonObject[];
  /** Set when messages to the device are told only up to a position before the window's end. */
  toDeviceUpTo: number | undefined;
  /** Further keys of the answer, such as `device_lists`. */
  readonly extra: Map<string, unknown>;
  /** Adds to a joined room; the room is then part of the answer. */
  addEphemeral(room: number, event: SyncEvent): void;
  addRoomAccountData(room: number, event: SyncEvent): void;
  /** Further keys of a joined room, such as `unread_thread_notifications`. Alone they do not make the room part of the answer. */
  addToRoom(room: number, key: string, value: unknown): void;
}

/** The part of /sync that one slice knows; sliding sync and the streams of 2015 use it too. */
export type SyncSection = {
  readonly name: string;
  /** Adds what changed in the window (for rooms in `whole`: all there is). Reads cost what changed. */
  readonly collect: (context: SyncContext, answer: SyncAnswer) => Promise<void>;
  /** The client came back with this token, so it has what was told up to there. */
  readonly acknowledge?: (requester: Requester, since: SyncToken) => Promise<void>;
  /** Adds to `extra` what each answer has to say, also one without news. It must cost nothing while nothing changed. */
  readonly always?: (context: Pick<SyncContext, 'requester'>, answer: SyncAnswer) => Promise<void>;
};

/** What one slice tells in sliding sync alone. */
export type SlidingExtension = {
  /** The key under `extensions`, in requests and answers. */
  readonly name: string;
  /**
   * The answer's part, or undefined when there is nothing to tell. `context.joined` are the rooms that the client was told of, `whole` those
   * that it is told of for the first time. `asked` is what the client sent under the key: any object. `shown` are the numbers of the events in
   * the answer's timelines.
   */
  readonly collect: (context: SyncContext, asked: JsonObject, shown: ReadonlySet<number>) => Promise<JsonObject | undefined>;
};
