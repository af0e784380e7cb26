import type { RoomHead } from '../room-head.ts';
import type { Arrival, KeyOf } from './arrival.ts';
import { dropped, type Outcome } from './outcome.ts';
import { isKeyValidAt, type JsonValue, type KeyLookup, parsePdu, type PduEvent, type RoomVersionRules } from '@hearth/protocol';

export type Parsed = { readonly arrival: Arrival } | { readonly outcome: Outcome };

/**
 * The event in the format of the room's version, which is the one that the room was created with, whatever anybody claims
 * (https://spec.matrix.org/v1.19/server-server-api/#checks-performed-on-receipt-of-a-pdu, check 1).
 */
export function parseArrival(json: JsonValue, { number, roomId, rules }: RoomHead, keyOf: KeyOf, now: number): Parsed {
  const parsed = parsePdu(json, rules);
  if (!parsed.allowed) return { outcome: dropped(parsed.rule, parsed.reason) };
  const { event, essential } = parsed;
  const keys = keysAtTimeOf(event, rules, keyOf, now);
  return { arrival: { room: number, roomId, rules, event, essential, keyOf: keys, authEvents: [], statesBefore: [], before: undefined } };
}

function keysAtTimeOf({ originServerTs }: PduEvent, rules: RoomVersionRules, keyOf: KeyOf, now: number): KeyLookup {
  return (serverName, keyId) => {
    const known = keyOf(serverName, keyId);
    return known && isKeyValidAt(known.validity, originServerTs, rules, now) ? known.key : undefined;
  };
}
