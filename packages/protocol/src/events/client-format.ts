import { emptyJsonObject, own, withKey } from '../json/object.ts';
import type { JsonObject, JsonValue } from '../json/value.ts';
import type { RoomVersionRules } from '../room-versions/rules.ts';
import type { PduEvent } from './pdu.ts';

export type ClientEventOptions = {
  /** False for lists that stand under their room already, as in /sync. Default true. */
  readonly withRoomId?: boolean;
};

/**
 * The event as clients see it, without `unsigned`, which depends on the reader
 * (https://spec.matrix.org/v1.19/client-server-api/#room-event-format). The redacted event's id of an
 * `m.room.redaction` stands at the top level and in `content`, whichever the room version uses, since clients of both
 * kinds are about (https://spec.matrix.org/v1.19/rooms/v11/#moving-the-redacts-property-of-mroomredaction-events-to-a-content-property).
 */
export function clientEventBase(event: PduEvent, rules: RoomVersionRules, options: ClientEventOptions = {}): JsonObject {
  const base = emptyJsonObject();
  base['type'] = event.type;
  if (options.withRoomId !== false) base['room_id'] = event.roomId;
  base['sender'] = event.sender;
  base['content'] = clientContent(event, rules);
  if (event.stateKey !== undefined) base['state_key'] = event.stateKey;
  base['origin_server_ts'] = event.originServerTs;
  base['event_id'] = event.eventId;
  const sticky = own(event.pdu, 'msc4354_sticky');
  if (sticky !== undefined && event.stateKey === undefined) base['msc4354_sticky'] = sticky;
  if (event.type === 'm.room.redaction' && event.redacts !== undefined) base['redacts'] = event.redacts;
  return base;
}

/** The event as clients see it. `unsigned` is left out when it is empty or undefined. */
export function clientEvent(event: PduEvent, rules: RoomVersionRules, unsigned?: JsonObject, options: ClientEventOptions = {}): JsonObject {
  return withUnsigned(clientEventBase(event, rules, options), unsigned);
}

/** A base form with the reader's `unsigned`. */
export function withUnsigned(base: JsonObject, unsigned: JsonObject | undefined): JsonObject {
  return unsigned === undefined || Object.keys(unsigned).length === 0 ? base : withKey(base, 'unsigned', unsigned);
}

/**
 * The text of an event from the text of its base form and that of the reader's `unsigned`, so that an event for many
 * readers is serialised once. `baseText` is an object with at least one member and without `unsigned`.
 */
export function spliceUnsigned(baseText: string, unsignedText: string | undefined): string {
  return unsignedText === undefined || unsignedText === '{}' ? baseText : `${baseText.slice(0, -1)},"unsigned":${unsignedText}}`;
}

/** The four fields by which a room shows itself to people outside (https://spec.matrix.org/v1.19/client-server-api/#stripped-state). */
export function strippedState(event: PduEvent): JsonObject {
  const stripped = emptyJsonObject();
  stripped['type'] = event.type;
  stripped['state_key'] = event.stateKey ?? '';
  stripped['sender'] = event.sender;
  stripped['content'] = event.content;
  return stripped;
}

/** Stripped state with its time, as the hierarchy of spaces shows `m.space.child`. */
export function strippedStateWithTime(event: PduEvent): JsonObject {
  return withKey(strippedState(event), 'origin_server_ts', event.originServerTs);
}

function clientContent(event: PduEvent, rules: RoomVersionRules): JsonValue {
  const isOldRedaction = event.type === 'm.room.redaction' && !rules.redactsInContent && event.redacts !== undefined;
  return isOldRedaction ? withKey(event.content, 'redacts', event.redacts) : event.content;
}
