import type { JsonObject, JsonValue } from '../json/value.ts';

/**
 * An event as servers exchange it ("PDU"), already checked for format (events/format.ts): every field below has the
 * type stated here. Fields that the specification does not list stay in the object, since they are hashed and signed.
 *
 * In room versions 1 and 2 `event_id` is present and prev/auth events are pairs on the wire; `PduEvent` below is the
 * form that the rest of the code reads.
 */
export type Pdu = JsonObject & {
  readonly type: string;
  readonly sender: string;
  /** Absent only on `m.room.create` of room version 12 and later. */
  readonly room_id?: string;
  readonly state_key?: string;
  readonly content: JsonObject;
  /** May be a bigint in room versions 1 to 5, as `origin_server_ts` may; read `PduEvent.depth`, which is within 2^53−1. */
  readonly depth: number | bigint;
  readonly origin_server_ts: number | bigint;
  readonly hashes: JsonObject & { readonly sha256: string };
  readonly signatures?: JsonObject;
  readonly unsigned?: JsonObject;
  readonly redacts?: JsonValue;
};

/**
 * The one view of an event that auth rules, state resolution and the engine read, the same for every room version.
 * `prevEvents` and `authEvents` are event ids whatever the wire format was; `roomId` is present for v12 create events too.
 */
export type PduEvent = {
  readonly eventId: string;
  readonly roomId: string;
  readonly type: string;
  readonly sender: string;
  readonly stateKey: string | undefined;
  readonly content: JsonObject;
  readonly depth: number;
  readonly originServerTs: number;
  /** Without repetitions, which the wire form may have. */
  readonly prevEvents: readonly string[];
  /** As on the wire, repetitions included: the authorisation rules refuse those. */
  readonly authEvents: readonly string[];
  /** The redacted event's id, from `redacts` or `content.redacts` as the room version says. */
  readonly redacts: string | undefined;
  /** The wire form. */
  readonly pdu: Pdu;
};
