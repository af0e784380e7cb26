/** A whole /sync filter, compiled. */
import type { SyncFilter } from './definition.ts';
import type { EventFieldsProjection } from './event-fields.ts';
import { compileEventFields } from './event-fields.ts';
import type { EventMatcher, MatchOptions } from './match.ts';
import { compileEventFilter, compileRoomEventFilter, compileRoomList } from './match.ts';
import { parseSyncFilter } from './parse.ts';

export type CompiledSyncFilter = {
  /** Cuts an event down to `event_fields`; absent when whole events are wanted. */
  readonly project: EventFieldsProjection | undefined;
  readonly eventFormat: 'client' | 'federation';
  readonly presence: EventMatcher;
  readonly accountData: EventMatcher;
  /** Whether a room appears at all; asked before the four matchers of its parts. */
  readonly includesRoom: (roomId: string) => boolean;
  readonly includeLeave: boolean;
  readonly state: EventMatcher;
  readonly timeline: EventMatcher;
  readonly ephemeral: EventMatcher;
  readonly roomAccountData: EventMatcher;
  /** Clients write these three into the state's or into the timeline's filter; either counts. */
  readonly lazyLoadMembers: boolean;
  readonly includeRedundantMembers: boolean;
  readonly unreadThreadNotifications: boolean;
};

export function compileSyncFilter(filter: SyncFilter, options: MatchOptions = {}): CompiledSyncFilter {
  const { state, timeline, ephemeral, accountData } = filter.room;
  const lazyLoadMembers = state.lazyLoadMembers || timeline.lazyLoadMembers;
  return {
    project: compileEventFields(filter.eventFields),
    eventFormat: filter.eventFormat,
    presence: compileEventFilter(filter.presence, options),
    accountData: compileEventFilter(filter.accountData, options),
    includesRoom: compileRoomList(filter.room, options),
    includeLeave: filter.room.includeLeave,
    state: compileRoomEventFilter(state, options),
    timeline: compileRoomEventFilter(timeline, options),
    ephemeral: compileRoomEventFilter(ephemeral, options),
    roomAccountData: compileRoomEventFilter(accountData, options),
    lazyLoadMembers,
    includeRedundantMembers: lazyLoadMembers && (state.includeRedundantMembers || timeline.includeRedundantMembers),
    unreadThreadNotifications: state.unreadThreadNotifications || timeline.unreadThreadNotifications,
  };
}

/** What /sync uses when the client names no filter. */
export function defaultSyncFilter(): SyncFilter {
  const parsed = parseSyncFilter({});
  if (!parsed.ok) throw new Error(`the empty filter was refused: ${parsed.error}`);
  return parsed.filter;
}
