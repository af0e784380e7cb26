import type { ClientEvents } from '../client-events/client-events.ts';
import type { RoomEngine } from '../engine/engine.ts';
import type { EventVisibility } from '../engine/event-visibility.ts';
import type { ChangeIndex } from '../streams/change-index.ts';
import type { Notifier } from '../streams/notifier.ts';
import type { SlidingExtension, SyncSection } from '../streams/stream.ts';
import type { StreamTail } from '../streams/tail.ts';
import type { UserRooms } from '../streams/user-rooms.ts';
import type { Clock } from '@hearth/kit';
import type { Database } from '@hearth/storage';

/** The count of what is not in the stream (typing, presence); it starts anew with each life of the node. */
export interface EphemeralClock {
  /** Identity of this node's life: lower-case letters and digits, at most 16. */
  readonly epoch: string;
  readonly position: number;
}

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
  /** The sections of all slices. */
  readonly sections: readonly SyncSection[];
  /** What slices tell in sliding sync alone. */
  readonly extensions: readonly SlidingExtension[];
};
