import type { RoomVersionRules } from '@hearth/protocol';

/** What the engine keeps of a room in memory. Immutable: a write makes a new one, which counts only once it is committed. */
export type RoomHead = {
  readonly number: number;
  readonly roomId: string;
  readonly rules: RoomVersionRules;
  /** Which write the room is at: a number that only that write left behind. Later is not always greater. */
  readonly revision: number;
  /** Number of the current state. */
  readonly state: number;
  /** The room's own counter for state nodes and states. */
  readonly nextNumber: number;
  /** The greatest depth of an accepted event. */
  readonly depth: number;
  /** Forward extremities: accepted events that no accepted event follows yet. The current state is the resolution of theirs. */
  readonly extremities: readonly Extremity[];
  readonly countable: number;
  readonly joinedMembers: number;
  readonly invitedMembers: number;
};

export type Extremity = {
  readonly number: number;
  readonly eventId: string;
  /** Number of the state after it. */
  readonly state: number;
};
