import type { ClientEvents } from '../client-events/client-events.ts';
import type { RoomEngine } from '../engine/engine.ts';
import type { EventRecord } from '../engine/event-record.ts';
import type { EventVisibility } from '../engine/event-visibility.ts';
import type { Requester } from '../http/route.ts';
import type { ChangeIndex } from '../streams/change-index.ts';
import type { Notifier } from '../streams/notifier.ts';
import type { SlidingExtension, SyncSection } from '../streams/stream.ts';
import type { StreamTail } from '../streams/tail.ts';
import type { UserRooms } from '../streams/user-rooms.ts';
import type { UnreadByRules } from './unread-by-rules.ts';
import type { Clock } from '@hearth/kit';
import type { CompiledRuleset } from '@hearth/protocol';
import type { Database } from '@hearth/storage';

/** The count of what is not in the stream (typing, presence); it starts anew with each life of the node. */
export interface EphemeralClock {
  /** Identity of this node's life: lower-case letters and digits, at most 16. */
  readonly epoch: string;
  readonly position: number;
}

/** Push rules of somebody, as far as counts ask for them. */
export interface OwnRules {
  /** Whether something in this room may be told, or not, otherwise than the default rules say. */
  deviateIn(roomId: string): boolean;
  /** Whether nothing in this room is told, whatever it is. */
  silence(roomId: string): boolean;
  readonly compiled: CompiledRuleset;
}

/** What `set_presence` says; `as-before` is for requests that cannot say it. */
export type FollowedAs = 'online' | 'unavailable' | 'offline' | 'as-before';

/** What /sync is handed by server.ts. */
export type SyncDeps = {
  readonly database: Database;
  readonly engine: RoomEngine;
  readonly clock: Clock;
  readonly tail: StreamTail;
  readonly changes: ChangeIndex;
  readonly userRooms: UserRooms;
  readonly notifier: Notifier;
  readonly clientEvents: ClientEvents;
  readonly visibility: EventVisibility;
  readonly ephemeral: EphemeralClock;
  /** Whom a user ignores (account data `m.ignored_user_list`). */
  readonly ignoredUsers: (user: number) => Promise<ReadonlySet<string>>;
  /** What a user wishes to become of an invitation by somebody. */
  readonly inviteVerdict: (user: number, inviter: string) => Promise<'allow' | 'ignore' | 'block'>;
  /** The push rules of somebody who has not those of everybody. */
  readonly pushRules: (requester: Pick<Requester, 'user' | 'userId'>) => Promise<OwnRules | undefined>;
  /** Whether a user follows the thread of this root. */
  readonly followsThread: (user: number, room: number, root: string) => Promise<boolean>;
  /** Counts for those people. */
  readonly unread: UnreadByRules;
  /** What sticks of a room that somebody is in and came in (since, upTo], oldest first. */
  readonly stickyEvents: (requester: Requester, room: number, since: number, upTo: number) => Promise<readonly EventRecord[]>;
  /** Notes that somebody's device follows what happens, and how; the result says that this request does so no more. */
  readonly follow: (requester: Requester, as: FollowedAs) => () => void;
  /** The sections of all slices. */
  readonly sections: readonly SyncSection[];
  /** What slices tell in sliding sync alone. */
  readonly extensions: readonly SlidingExtension[];
};
