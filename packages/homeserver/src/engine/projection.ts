import type { EventRecord } from './event-record.ts';
import type { RoomHead } from './room-head.ts';
import type { Statement, StreamRow } from '@hearth/storage';

/**
 * What a projection sees of an event that is about to be committed, or of an older one that becomes or ceases to be current state
 * because states were resolved: then `arrived` is false.
 */
export type ProjectionInput = {
  readonly record: EventRecord;
  readonly room: RoomHead;
  /** The state event that this one replaces in the current state; undefined for non-state events. */
  readonly replaces: EventRecord | undefined;
  /** True when the event is part of the current state from now on; false also for one that was and that nothing replaces. */
  readonly isCurrentState: boolean;
  readonly arrived: boolean;
  /** Numbers of users that the event's content names, interned beforehand (the state key of a member event). */
  readonly targetUser: number | undefined;
};

/** Rows derived inside the write. */
export type Projected = { readonly statements: readonly Statement[]; readonly stream: readonly StreamRow[] };

/**
 * Rows that a slice derives from each event inside the same commit. Pure and synchronous. Only rows whose number does not
 * depend on members or on text belong here; all else is a follower.
 */
export type Projection = {
  readonly name: string;
  readonly project: (input: ProjectionInput) => Projected;
  /** What to take back when an event is redacted; it is given as it was before. */
  readonly redact?: (original: EventRecord) => Projected;
};
