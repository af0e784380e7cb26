import type { PduEvent, RoomVersionRules } from '@hearth/protocol';

/** An event as the engine keeps it: the protocol's view plus its place in this database. Immutable. */
export type EventRecord = {
  readonly number: number;
  readonly room: number;
  readonly event: PduEvent;
  readonly rules: RoomVersionRules;
  /** Interned (type, state_key); undefined for events without state key. */
  readonly stateKey: number | undefined;
  readonly sender: number;
  readonly verdict: EventVerdict;
  readonly inTimeline: boolean;
  /** The room's running number of countable events up to and including this one. */
  readonly countable: number;
  /** Numbers of room states (see engine/state-view.ts); null where unknown (outliers). */
  readonly stateBefore: number | null;
  readonly stateAfter: number | null;
  /** Event number of the redaction, when this is the redacted form. */
  readonly redactedBy: number | null;
  /** Set on the redacted form that is shown in place of an event whose sender was erased; such a record is nowhere stored. */
  readonly isPruned?: true;
  readonly receivedTs: number;
  /** Undefined for events without state key, which nothing cites. */
  readonly auth: AuthPlace | undefined;
};

/** A state event's place in the graph of auth events. */
export type AuthPlace = {
  /** Greater than the rank of each of its auth events. */
  readonly rank: number;
  /** Numbers of its auth events. */
  readonly events: readonly number[];
};

export type EventVerdict = 'accepted' | 'soft-failed' | 'rejected' | 'incomplete';
