import type { EventVerdict } from '../engine/event-record.ts';

/** A part of a room's event graph, as `hearth room graph --json` prints it. Nothing of it is what people wrote to each other. */
export type RoomGraph = {
  readonly room_id: string;
  readonly room_version: string;
  /** Newest first, by depth and arrival. */
  readonly events: readonly GraphEvent[];
  /** True when the room has older events than these. */
  readonly more: boolean;
  readonly state: GraphState;
};

export type GraphEvent = {
  readonly event_id: string;
  readonly type: string;
  readonly state_key?: string;
  readonly sender: string;
  readonly depth: number;
  readonly origin_server_ts: number;
  readonly verdict: EventVerdict;
  /** The rule that refused it, and why; of an event that was rejected or soft-failed. */
  readonly rule?: string;
  readonly reason?: string;
  readonly prev_events: readonly string[];
  readonly auth_events: readonly string[];
  /** What a membership event makes of somebody. */
  readonly membership?: string;
  readonly redacted?: true;
  /** Nothing accepted follows it yet. */
  readonly extremity?: true;
  /** It is part of the state that is shown beside the graph. */
  readonly in_state?: true;
};

/** The room's state at a point, but for its members, who are only counted. */
export type GraphState = {
  /** The event after which the state is shown; absent for the current state. */
  readonly after?: string;
  readonly entries: readonly { readonly type: string; readonly state_key: string; readonly event_id: string }[];
  /** All entries, those of members and those beyond the list included. */
  readonly total: number;
};
