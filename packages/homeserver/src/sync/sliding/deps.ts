import type { SyncDeps } from '../deps.ts';
import type { SentMembers } from '../sent-members.ts';
import type { NewsContext } from '../window.ts';
import type { Connection } from './connections.ts';
import type { OwnLabels } from './own-labels.ts';
import type { MembershipHistory } from './own-memberships.ts';
import type { Recency } from './recency.ts';
import type { SlidingRequest } from './request.ts';
import type { RoomFacts } from './room-facts.ts';

export type SlidingDeps = SyncDeps & {
  readonly recency: Recency;
  readonly labels: OwnLabels;
  readonly memberships: MembershipHistory;
  readonly facts: RoomFacts;
  readonly sentMembers: SentMembers;
};

/** One look for news: what is asked for, what the client knows, and what there is. */
export type Look = {
  readonly request: SlidingRequest;
  readonly connection: Connection;
  readonly context: NewsContext;
  /** Ids of the rooms that the reader calls direct. */
  readonly direct: ReadonlySet<string>;
  /** Whether they may have changed their mind about that within the window. */
  readonly directChanged: boolean;
  /** Rooms in which something changed within the window that concerns the reader alone: what they have read, or whether they are in. */
  readonly ownRooms: ReadonlySet<number>;
};
