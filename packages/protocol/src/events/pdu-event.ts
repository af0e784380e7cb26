import { ownString } from '../json/object.ts';
import type { RoomVersionRules } from '../room-versions/rules.ts';
import type { Pdu, PduEvent } from './pdu.ts';
import { redact } from './redact.ts';
import { citedEventIds } from './references.ts';

/**
 * The view of an event whose format was checked before: one that `parsePdu` lets in, that we built, or that comes from
 * our own store. Its id and room are given, since the redacted and the full form share them.
 */
export function pduEventOf(pdu: Pdu, rules: RoomVersionRules, eventId: string, roomId: string): PduEvent {
  return {
    eventId,
    roomId,
    type: pdu.type,
    sender: pdu.sender,
    stateKey: ownString(pdu, 'state_key'),
    content: pdu.content,
    depth: withinSafeRange(pdu.depth),
    originServerTs: withinSafeRange(pdu.origin_server_ts),
    prevEvents: [...new Set(citedEventIds(pdu, 'prev_events', rules))],
    authEvents: citedEventIds(pdu, 'auth_events', rules),
    redacts: ownString(rules.redactsInContent ? pdu.content : pdu, 'redacts'),
    pdu,
  };
}

/** The redacted form of an event. Id and room stay: both are made from what redaction keeps. */
export function redactEvent(event: PduEvent, rules: RoomVersionRules): PduEvent {
  return pduEventOf(redact(event.pdu, rules) as Pdu, rules, event.eventId, event.roomId);
}

/** Old room versions have integers beyond what a number holds exactly; order and time end at that limit. */
function withinSafeRange(value: number | bigint): number {
  return Math.max(Number.MIN_SAFE_INTEGER, Math.min(Number.MAX_SAFE_INTEGER, Number(value)));
}
