import type { EventRecord } from '../event-record.ts';
import type { RoomState } from '../states.ts';
import type { KeyLookup, KeyValidity, PduEvent, RoomVersionRules, VerifyKey } from '@hearth/protocol';

/** A key of another server, and how long that server says it may be believed. */
export type KnownKey = { readonly key: VerifyKey; readonly validity: KeyValidity };

/** The keys that are known now; whoever brings events has fetched those that they are signed with. */
export type KeyOf = (serverName: string, keyId: string) => KnownKey | undefined;

/** An event on its way in. The steps of the pipeline fill in what they find out; each may rely on those before it. */
export type Arrival = {
  readonly room: number;
  readonly roomId: string;
  readonly rules: RoomVersionRules;
  /** The redacted form, once the content hash was found not to fit. */
  event: PduEvent;
  /** What the event's signatures cover. */
  readonly essential: string;
  /** Keys that count at the event's time. */
  readonly keyOf: KeyLookup;
  /** The events of `auth_events`, in that order and with its repetitions. */
  authEvents: readonly EventRecord[];
  /** Numbers of the states after the events of `prev_events`. */
  statesBefore: readonly number[];
  before: RoomState | undefined;
  /** What counts as the current state instead of the room's own, where what happened in between is not here. */
  current?: RoomState;
};
