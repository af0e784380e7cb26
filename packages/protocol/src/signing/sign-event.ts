import { contentHash, essentialJson } from '../events/hash.ts';
import type { PduEvent } from '../events/pdu.ts';
import { domainOf } from '../ids/user-id.ts';
import { jsonObject, own, ownObject, ownString, withKey } from '../json/object.ts';
import type { JsonObject } from '../json/value.ts';
import type { RoomVersionRules } from '../room-versions/rules.ts';
import type { Verdict } from '../verdict.ts';
import { allow } from '../verdict.ts';
import type { SigningKey } from './keys.ts';
import type { KeyLookup } from './sign-json.ts';
import { signText, verifySignatures, withSignature } from './sign-json.ts';

/**
 * Puts the content hash into an event that we built and signs its redacted form
 * (https://spec.matrix.org/v1.19/server-server-api/#adding-hashes-and-signatures-to-outgoing-events). Give it only
 * what `buildEvent` made: this server's signature under something that a peer chose is the peer speaking for us.
 */
export function hashAndSignEvent(event: JsonObject, rules: RoomVersionRules, serverName: string, key: SigningKey): JsonObject {
  const hashed = withKey(event, 'hashes', jsonObject({ sha256: contentHash(event, rules) }));
  return addEventSignature(hashed, rules, serverName, key);
}

/** Adds one more server's signature to an event that has its hashes, as when a resident server co-signs a join or an invited server an invite. */
export function addEventSignature(event: JsonObject, rules: RoomVersionRules, serverName: string, key: SigningKey): JsonObject {
  return withSignature(event, serverName, key.keyId, signText(essentialJson(event, rules), key));
}

/**
 * The servers whose signatures an event must carry to be let in at all: the sender's, and in versions 1 and 2 that of
 * the domain in its id. An invite by third-party identifier may come from another server than the sender's, and its
 * own rule checks the proof (https://spec.matrix.org/v1.19/server-server-api/#validating-hashes-and-signatures-on-received-events).
 */
export function requiredSigners(event: PduEvent, rules: RoomVersionRules): readonly string[] {
  const signers = new Set<string>();
  if (!isThirdPartyInvite(event)) signers.add(domainOf(event.sender) ?? '');
  if (rules.eventIdFormat === 'given') signers.add(domainOf(event.eventId) ?? '');
  return [...signers];
}

/**
 * The server that let a user into a restricted room, whose signature such a join needs too (an authorisation rule
 * from version 8 on), or undefined when the event is no such join.
 */
export function authorisingServer(event: PduEvent, rules: RoomVersionRules): string | undefined {
  if (!rules.restrictedJoin || event.type !== 'm.room.member' || own(event.content, 'membership') !== 'join') return undefined;
  const user = ownString(event.content, 'join_authorised_via_users_server');
  return user === undefined ? undefined : domainOf(user);
}

/**
 * Whether every required server has signed the event. The look-up gives only keys that count at the event's time
 * (see `isKeyValidAt`). `essential` spares computing the signed text when the caller has it.
 */
export function verifyEventSignatures(event: PduEvent, rules: RoomVersionRules, keyOf: KeyLookup, essential?: string): Verdict {
  const text = essential ?? essentialJson(event.pdu, rules);
  for (const server of requiredSigners(event, rules)) {
    const verdict = verifySignatures(event.pdu, text, server, keyOf);
    if (!verdict.allowed) return verdict;
  }
  return allow;
}

/** Whether one named server has validly signed the event. */
export function isEventSignedBy(
  event: PduEvent,
  rules: RoomVersionRules,
  serverName: string,
  keyOf: KeyLookup,
  essential?: string,
): boolean {
  return verifySignatures(event.pdu, essential ?? essentialJson(event.pdu, rules), serverName, keyOf).allowed;
}

function isThirdPartyInvite(event: PduEvent): boolean {
  return (
    event.type === 'm.room.member' &&
    own(event.content, 'membership') === 'invite' &&
    ownObject(event.content, 'third_party_invite') !== undefined
  );
}
