import { isEventIdOf } from '../ids/event-id.ts';
import { parseDomainRoomId, parseHashRoomId } from '../ids/room-id.ts';
import { parseUserId } from '../ids/user-id.ts';
import { wasNotCanonical } from '../json/canonical-mark.ts';
import { CanonicalJsonError, canonicalJson } from '../json/canonical.ts';
import { own, ownObject, ownString } from '../json/object.ts';
import { fitsInBytes } from '../json/utf8.ts';
import type { JsonObject, JsonValue } from '../json/value.ts';
import { isJsonObject } from '../json/value.ts';
import type { RoomVersionRules } from '../room-versions/rules.ts';
import type { Reject } from '../verdict.ts';
import { reject } from '../verdict.ts';
import { canonicalNumbersOf, essentialJson, referenceHashOf, roomIdOfCreate } from './hash.ts';
import { pduEventOf } from './pdu-event.ts';
import type { Pdu, PduEvent } from './pdu.ts';
import { referencesRefusal } from './references.ts';

/** The largest event, with signatures, as canonical JSON (https://spec.matrix.org/v1.19/client-server-api/#size-limits). */
export const pduBytesMax = 65_536;
/** Most bytes of `type`, `state_key` and the identifiers. */
export const fieldBytesMax = 255;

/** A PDU that has the format of its room version. `essential` is the text that its signatures and its id are made from. */
export type ParsedPdu = { readonly allowed: true; readonly event: PduEvent; readonly essential: string } | Reject;

/**
 * Check 1 on receipt of a PDU: the format of its room version, in types, grammar and sizes
 * (https://spec.matrix.org/v1.19/server-server-api/#checks-performed-on-receipt-of-a-pdu). What passes can be written
 * as canonical JSON of that version again, so what is accepted can also be sent. The names of the refusals begin with `format.`.
 *
 * Signatures and content hash are not looked at. The id is computed here (from version 3 on), and so is the room id
 * of a create event of version 12; that such an event may not bring its own `room_id` is an authorisation rule.
 */
export function parsePdu(json: JsonValue, rules: RoomVersionRules): ParsedPdu {
  if (!isJsonObject(json)) return reject('format.object', 'an event is a JSON object');
  const refusal = serialisationRefusal(json, rules) ?? fieldRefusal(json, rules) ?? referencesRefusal(json, rules);
  if (refusal !== undefined) return refusal;
  const pdu = json as Pdu;
  const essential = essentialJson(pdu, rules);
  const eventId = rules.eventIdFormat === 'given' ? (own(pdu, 'event_id') as string) : `$${referenceHashOf(essential, rules)}`;
  const roomId = isCreateWithoutRoomId(pdu, rules) ? roomIdOfCreate(eventId) : (pdu.room_id as string);
  return { allowed: true, event: pduEventOf(pdu, rules, eventId, roomId), essential };
}

function serialisationRefusal(json: JsonObject, rules: RoomVersionRules): Reject | undefined {
  if (rules.strictCanonicalJson && wasNotCanonical(json)) {
    return reject('format.canonical', 'a number with a fraction or an exponent, or the number -0');
  }
  try {
    const text = canonicalJson(json, canonicalNumbersOf(rules));
    return fitsInBytes(text, pduBytesMax) ? undefined : reject('format.size', `the event has more than ${pduBytesMax} bytes`);
  } catch (error) {
    if (error instanceof CanonicalJsonError) return reject('format.canonical', error.message);
    throw error;
  }
}

function fieldRefusal(json: JsonObject, rules: RoomVersionRules): Reject | undefined {
  if (!isShortString(own(json, 'type'))) return reject('format.type', `type is a string of at most ${fieldBytesMax} bytes`);
  if (parseUserId(own(json, 'sender')) === undefined) return reject('format.sender', 'sender is a user id');
  if (!hasRoomId(json, rules)) return reject('format.room_id', 'room_id is a room id of the form of this room version');
  if (Object.hasOwn(json, 'state_key') && !isShortString(json['state_key'])) {
    return reject('format.state_key', `state_key is a string of at most ${fieldBytesMax} bytes`);
  }
  if (!isJsonObject(own(json, 'content'))) return reject('format.content', 'content is an object');
  if (ownString(ownObject(json, 'hashes') ?? {}, 'sha256') === undefined) return reject('format.hashes', 'hashes is an object with sha256');
  if (!isSignatures(own(json, 'signatures'))) return reject('format.signatures', 'signatures maps servers to key ids to strings');
  if (Object.hasOwn(json, 'unsigned') && !isJsonObject(json['unsigned'])) return reject('format.unsigned', 'unsigned is an object');
  if (!isDepth(own(json, 'depth'), rules)) return reject('format.depth', 'depth is an integer from 0 to the limit of this room version');
  if (!isTimestamp(own(json, 'origin_server_ts'), rules)) return reject('format.origin_server_ts', 'origin_server_ts is an integer');
  if (rules.eventIdFormat === 'given' && !isGivenEventId(own(json, 'event_id'), rules)) {
    return reject('format.event_id', 'event_id is an event id with the name of a server');
  }
  return undefined;
}

function hasRoomId(json: JsonObject, rules: RoomVersionRules): boolean {
  if (!rules.roomIdIsCreateHash) return parseDomainRoomId(own(json, 'room_id')) !== undefined;
  if (!isCreate(json)) return parseHashRoomId(own(json, 'room_id')) !== undefined;
  return !Object.hasOwn(json, 'room_id') || typeof json['room_id'] === 'string';
}

function isCreateWithoutRoomId(json: JsonObject, rules: RoomVersionRules): boolean {
  return rules.roomIdIsCreateHash && isCreate(json);
}

function isCreate(json: JsonObject): boolean {
  return own(json, 'type') === 'm.room.create' && own(json, 'state_key') === '';
}

function isSignatures(value: JsonValue | undefined): boolean {
  if (!isJsonObject(value)) return false;
  return Object.values(value).every(
    (ofServer) => isJsonObject(ofServer) && Object.values(ofServer).every((one) => typeof one === 'string'),
  );
}

/** 2^53−1 where JSON is canonical, else what fits 64 bits with a sign (https://spec.matrix.org/v1.19/rooms/v6/#event-format). */
const legacyIntegerMax = 2n ** 63n - 1n;

function isDepth(value: JsonValue | undefined, rules: RoomVersionRules): boolean {
  if (typeof value === 'bigint') return !rules.strictCanonicalJson && value >= 0n && value <= legacyIntegerMax;
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

function isTimestamp(value: JsonValue | undefined, rules: RoomVersionRules): boolean {
  if (typeof value === 'bigint') return !rules.strictCanonicalJson && value <= legacyIntegerMax && value >= -legacyIntegerMax;
  return typeof value === 'number' && Number.isSafeInteger(value);
}

function isShortString(value: JsonValue | undefined): boolean {
  return typeof value === 'string' && fitsInBytes(value, fieldBytesMax);
}

function isGivenEventId(value: JsonValue | undefined, rules: RoomVersionRules): boolean {
  return typeof value === 'string' && isEventIdOf(value, rules);
}
