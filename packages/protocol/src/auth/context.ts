import type { PduEvent } from '../events/pdu.ts';
import type { JsonObject } from '../json/value.ts';
import { isJsonObject } from '../json/value.ts';
import type { RoomVersionRules } from '../room-versions/rules.ts';
import type { PowerLevels } from './power.ts';

/** What the rules read of the event that is judged. Every `PduEvent` fits. */
export type EventToAuthorize = Pick<
  PduEvent,
  'eventId' | 'roomId' | 'type' | 'sender' | 'stateKey' | 'content' | 'prevEvents' | 'redacts'
> & { readonly pdu: { readonly room_id?: string } };

/** What the rules read of an event in the room's state. Every `PduEvent` with a state key fits. */
export type StateEvent = Pick<PduEvent, 'eventId' | 'type' | 'sender' | 'stateKey' | 'content'>;

/** The state that an event is judged against. It is asked only for pairs that `stateTypesFor` lists. */
export type StateLookup = (type: string, stateKey: string) => StateEvent | undefined;

/**
 * Facts about signatures that the rules need and do not find out by themselves.
 *
 * - `signedBy(serverName)`: the event carries a valid signature of that server.
 * - `verifySigned(signed, publicKey, signature)`: the unpadded-base64 ed25519 `signature` over the canonical JSON of
 *   `signed` (without its `signatures` and `unsigned`) was made with the unpadded-base64 `publicKey`. Never throws.
 */
export type SignatureFacts = {
  readonly signedBy: (serverName: string) => boolean;
  readonly verifySigned: (signed: JsonObject, publicKey: string, signature: string) => boolean;
};

/** An event that is named in `auth_events`, or the create event that a v12 room id names. */
export type CitedEvent = Pick<PduEvent, 'eventId' | 'roomId' | 'type' | 'stateKey'> & {
  /** Rejected when it was received; final. */
  readonly rejected: boolean;
};

/** All that a rule may look at. */
export type AuthContext = {
  readonly event: EventToAuthorize;
  readonly rules: RoomVersionRules;
  readonly state: StateLookup;
  readonly signatures: SignatureFacts;
  /** The create event in `state`. */
  readonly create: StateEvent | undefined;
  /** The power levels in `state`. */
  readonly power: PowerLevels;
  /** The events named by `auth_events`; empty when only the state-dependent rules are asked. */
  readonly cited: readonly CitedEvent[];
  /** v12: the event that the room id names, when it is known. */
  readonly roomCreate: CitedEvent | undefined;
};

/** The user whom a member event is about; the first of the member rules refuses an event without a state key. */
export function targetOf(c: AuthContext): string {
  return c.event.stateKey as string;
}

/** A user's membership in the state; nobody is a member by default. */
export function membershipOf(c: AuthContext, userId: string): string {
  const membership = c.state('m.room.member', userId)?.content['membership'];
  return typeof membership === 'string' ? membership : 'leave';
}

/** The room's join rule; a room without one is invite-only. */
export function joinRuleOf(c: AuthContext): string {
  const content = c.state('m.room.join_rules', '')?.content;
  if (content === undefined || content['join_rule'] === undefined) return 'invite';
  const rule = content['join_rule'];
  return typeof rule === 'string' ? rule : '';
}

/** The `signed` object of a third-party invite, if the event's content has one. */
export function signedThirdPartyInvite(content: JsonObject): JsonObject | undefined {
  const invite = content['third_party_invite'];
  if (!isJsonObject(invite)) return undefined;
  return isJsonObject(invite['signed']) ? invite['signed'] : undefined;
}
