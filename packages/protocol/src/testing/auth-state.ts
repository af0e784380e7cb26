import type { EventToAuthorize, SignatureFacts, StateEvent, StateLookup } from '../auth/context.ts';
/** Small builders that the tests of auth/ and state/ share. */
import type { JsonObject } from '../json/value.ts';
import type { RoomVersionRules } from '../room-versions/rules.ts';
import { roomVersionRules } from '../room-versions/table.ts';

export const roomId = '!room:a.example';
export const alice = '@alice:a.example';
export const bob = '@bob:b.example';
export const carol = '@carol:c.example';

export function version(name: string): RoomVersionRules {
  const rules = roomVersionRules(name);
  if (rules === undefined) throw new Error(`no room version ${name}`);
  return rules;
}

type Outline = Partial<Omit<EventToAuthorize, 'pdu'>> & { readonly pdu?: JsonObject };

export function event(
  type: string,
  sender: string,
  stateKey: string | undefined,
  content: JsonObject,
  more: Outline = {},
): EventToAuthorize {
  const eventId = `$${type}|${stateKey ?? ''}|${sender}:a.example`;
  return { eventId, roomId, type, sender, stateKey, content, prevEvents: ['$before:a.example'], redacts: undefined, pdu: {}, ...more };
}

export function member(userId: string, membership: string, sender = userId, content: JsonObject = {}): EventToAuthorize {
  return event('m.room.member', sender, userId, { membership, ...content });
}

export function create(rules: RoomVersionRules, content: JsonObject = {}): EventToAuthorize {
  const creator = rules.creatorIsSender ? {} : { creator: alice };
  return event('m.room.create', alice, '', { ...creator, room_version: rules.version, ...content }, { prevEvents: [] });
}

/** A state with a create event and alice in it, and whatever else is given; later events replace earlier ones. */
export function stateOf(rules: RoomVersionRules, ...events: readonly StateEvent[]): StateLookup {
  const all = [create(rules), member(alice, 'join'), ...events];
  const byPair = new Map(all.map((e) => [`${e.type}\n${e.stateKey}`, e]));
  return (type, stateKey) => byPair.get(`${type}\n${stateKey}`);
}

/** Every server's signature is there and every third-party signature is right. */
export const signed: SignatureFacts = { signedBy: () => true, verifySigned: () => true };
