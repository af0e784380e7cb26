import { matches } from '../client-events/matches.ts';
import type { EventRecord } from '../engine/event-record.ts';
import type { RoomHead } from '../engine/room-head.ts';
import { noAdditions, type RoomAdditions } from './answer.ts';
import type { SyncCall } from './call.ts';
import type { DeltaRequest } from './delta-request.ts';
import type { RoomDelta } from './room-delta.ts';
import type { RoomSummary } from './summary.ts';
import type { Timeline } from './timeline.ts';
import type { UnreadCounts } from './unread.ts';
import type { NewsContext } from './window.ts';
import type { JsonObject } from '@hearth/protocol';

/** A room's timeline and state as they are written. */
export type ShownDelta = { readonly timeline: Timeline; readonly state: readonly EventRecord[] };

export type JoinedSection = ShownDelta & {
  readonly additions: RoomAdditions;
  readonly summary: RoomSummary | undefined;
  readonly unread: UnreadCounts;
};
export type LeftSection = ShownDelta & { readonly additions: RoomAdditions };

/** The rooms of an answer, by their ids. */
export type RoomSections = {
  readonly join: Map<string, JoinedSection>;
  readonly invite: Map<string, readonly JsonObject[]>;
  readonly knock: Map<string, readonly JsonObject[]>;
  readonly leave: Map<string, LeftSection>;
};

export const noRooms: RoomSections = { join: new Map(), invite: new Map(), knock: new Map(), leave: new Map() };

export function roomsEmpty({ join, invite, knock, leave }: RoomSections): boolean {
  return join.size + invite.size + knock.size + leave.size === 0;
}

type Extent = Pick<DeltaRequest, 'membership' | 'since' | 'upTo' | 'whole'>;

export function deltaRequest(call: SyncCall, context: NewsContext, room: RoomHead, extent: Extent): DeltaRequest {
  const { requester, stateAfter, filter } = call;
  return { room, userId: requester.userId, stateAfter, filter, ignored: context.ignored, ...extent };
}

export function wantedState(state: readonly EventRecord[], { filter }: SyncCall): readonly EventRecord[] {
  return filter.state.matchesAll ? state : state.filter((record) => matches(filter.state, record));
}

/** What is shown of a left room's delta. */
export function leftSection(
  delta: Pick<RoomDelta, 'timeline' | 'state'>,
  call: SyncCall,
  additions: RoomAdditions = noAdditions,
): LeftSection {
  return { timeline: delta.timeline, state: wantedState(delta.state, call), additions };
}
