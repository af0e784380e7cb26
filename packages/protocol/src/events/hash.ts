import { decodeBase64, encodeBase64 } from '../ids/base64.ts';
import type { CanonicalNumbers } from '../json/canonical.ts';
import { canonicalJson } from '../json/canonical.ts';
import { ownObject, ownString, withoutKeys } from '../json/object.ts';
import type { JsonObject } from '../json/value.ts';
import type { RoomVersionRules } from '../room-versions/rules.ts';
import { sha256, sha256Base64 } from '../signing/hashes.ts';
import { redact } from './redact.ts';

/** Which numbers events of this room version may carry. */
export function canonicalNumbersOf(rules: RoomVersionRules): CanonicalNumbers {
  return rules.strictCanonicalJson ? 'canonical' : 'legacy';
}

/**
 * The canonical text of the redacted event without signatures and `unsigned`. Both the signatures of servers and the
 * reference hash are made from exactly this text, so whoever needs both computes it once.
 */
export function essentialJson(event: JsonObject, rules: RoomVersionRules): string {
  return canonicalJson(withoutKeys(redact(event, rules), ['signatures', 'unsigned']), canonicalNumbersOf(rules));
}

/** The reference hash in the alphabet of the room version's event ids; standard base64 for versions 1 and 2 (https://spec.matrix.org/v1.19/server-server-api/#calculating-the-reference-hash-for-an-event). */
export function referenceHash(event: JsonObject, rules: RoomVersionRules): string {
  return referenceHashOf(essentialJson(event, rules), rules);
}

/** The reference hash from the text that `essentialJson` gave. */
export function referenceHashOf(essential: string, rules: RoomVersionRules): string {
  return sha256Base64(essential, rules.eventIdFormat === 'hash-urlsafe' ? 'base64url' : 'base64');
}

/** The content hash: SHA-256 of the whole event without `unsigned`, `signatures` and `hashes`, in unpadded base64 (https://spec.matrix.org/v1.19/server-server-api/#calculating-the-content-hash-for-an-event). */
export function contentHash(event: JsonObject, rules: RoomVersionRules): string {
  return encodeBase64(contentDigest(event, rules));
}

/**
 * True when `hashes.sha256` is the event's content hash. When it is not, the event counts as one that was redacted
 * on its way: the receiver goes on with `redact(event)`.
 */
export function hasValidContentHash(event: JsonObject, rules: RoomVersionRules): boolean {
  const stated = ownString(ownObject(event, 'hashes') ?? {}, 'sha256');
  const bytes = stated === undefined ? undefined : decodeBase64(stated);
  if (bytes === undefined) return false;
  const expected = contentDigest(event, rules);
  return bytes.length === expected.length && expected.every((byte, index) => byte === bytes[index]);
}

/** The event id of room versions 3 and later; that of versions 1 and 2 is in the event itself. */
export function eventIdOf(event: JsonObject, rules: RoomVersionRules): string | undefined {
  return rules.eventIdFormat === 'given' ? ownString(event, 'event_id') : `$${referenceHash(event, rules)}`;
}

/** The room id that a create event of version 12 or later founds: its own event id with the other sigil. */
export function roomIdOfCreate(createEventId: string): string {
  return `!${createEventId.slice(1)}`;
}

/** The id of the create event that a room id of version 12 or later names. */
export function createEventIdOf(roomId: string): string {
  return `$${roomId.slice(1)}`;
}

function contentDigest(event: JsonObject, rules: RoomVersionRules): Uint8Array {
  return sha256(canonicalJson(withoutKeys(event, ['unsigned', 'signatures', 'hashes']), canonicalNumbersOf(rules)));
}
