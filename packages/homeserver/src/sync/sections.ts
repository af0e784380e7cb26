import { matching, type MatchingDeps } from '../client-events/matches.ts';
import type { EventRecord } from '../engine/event-record.ts';
import type { RoomHead } from '../engine/room-head.ts';
import { noAdditions, type RoomAdditions } from './answer.ts';
import type { SyncCall } from './call.ts';
import type { DeltaRequest } from './delta-request.ts';
import type { RoomDelta } from './room-delta.ts';
import type { RoomSummary } from './summary.ts';
import type { Timeline } from './timeline.ts';
import type { UnreadByThread } from './unread.ts';
import type { NewsContext } from './window.ts';
import type { JsonObject } from '@hearth/protocol';

/** A room's timeline and state as they are written. */
export type ShownDelta = { readonly timeline: Timeline; readonly state: readonly EventRecord[] };

export type JoinedSection = ShownDelta & {
  readonly additions: RoomAdditions;
  readonly summary: RoomSummary | undefined;
  readonly unread: UnreadByThread;
  /** What sticks and is not in the timeline. */
  readonly sticky: readonly EventRecord[];
};
export type LeftSection = ShownDelta & { readonly additions: RoomAdditions };

/** One room of an answer, in the list that it belongs to. */
export type RoomPart = { readonly roomId: string } & (
  | { readonly list: 'join'; readonly section: JoinedSection }
  | { readonly list: 'leave'; readonly section: LeftSection }
  | { readonly list: 'invite' | 'knock'; readonly events: readonly JsonObject[] }
);

/** Rooms as they are made: joined ones first. Whoever takes them one by one holds one at a time. */
export type RoomParts = AsyncIterable<RoomPart> | readonly RoomPart[];

type Extent = Pick<DeltaRequest, 'membership' | 'since' | 'upTo' | 'whole'>;

export function deltaRequest(call: SyncCall, context: NewsContext, room: RoomHead, extent: Extent): DeltaRequest {
  const { requester, stateAfter, filter } = call;
  return { room, userId: requester.userId, stateAfter, filter, ignored: context.ignored, ...extent };
}

export function wantedState(
  deps: MatchingDeps,
  state: readonly EventRecord[],
  { filter, requester }: SyncCall,
  membership: string | undefined,
): Promise<readonly EventRecord[]> {
  return matching(deps, filter.state, state, { userId: requester.userId, membership });
}

/** What is shown of a left room's delta. */
export async function leftSection(
  deps: MatchingDeps,
  delta: Pick<RoomDelta, 'timeline' | 'state'>,
  call: SyncCall,
  additions: RoomAdditions = noAdditions,
): Promise<LeftSection> {
  return { timeline: delta.timeline, state: await wantedState(deps, delta.state, call, 'leave'), additions };
}
