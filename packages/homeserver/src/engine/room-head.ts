import type { RoomVersionRules } from '@hearth/protocol';

/** What the engine keeps of a room in memory. Immutable: a write makes a new one, which counts only once it is committed. */
export type RoomHead = {
  readonly number: number;
  readonly roomId: string;
  readonly rules: RoomVersionRules;
  /** Event number of the create event. */
  readonly revision: number;
  /** Number of the current state. */
  readonly state: number;
  /** The room's own counter for state nodes and states. */
  readonly nextNumber: number;
  readonly depth: number;
  /** Forward extremities: numbers and ids of events that nothing refers to yet. */
  readonly extremities: readonly { readonly number: number; readonly eventId: string }[];
  readonly countable: number;
  readonly joinedMembers: number;
  readonly invitedMembers: number;
};
