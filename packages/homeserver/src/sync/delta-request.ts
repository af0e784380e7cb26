import type { RoomHead } from '../engine/room-head.ts';
import type { CompiledSyncFilter } from '@hearth/protocol';

/** What of one room is asked for. */
export type DeltaRequest = {
  readonly room: RoomHead;
  readonly userId: string;
  readonly membership: string;
  /** Positions (since, upTo]. */
  readonly since: number;
  readonly upTo: number;
  /** All state, as for a room that the client does not know. */
  readonly whole: boolean;
  /** `use_state_after`: state at the end of the timeline instead of its start. */
  readonly stateAfter: boolean;
  readonly filter: CompiledSyncFilter;
  /** Users whose messages are not shown. */
  readonly ignored: ReadonlySet<string>;
};
