import { type JsonObject, jsonObject, type JsonValue, ownString, parseJson, type Pdu, type PduEvent, type RoomVersionRules, withKey } from '@hearth/protocol';
import type { EventRecord, EventVerdict } from './event-record.ts';
import type { EventRow } from './store.ts';

/** How verdicts are stored. The numbers are on disk: never change one. */
const verdictNumbers: Readonly<Record<EventVerdict, number>> = { accepted: 1, 'soft-failed': 2, rejected: 3, incomplete: 4 };
const verdictNames = new Map(Object.entries(verdictNumbers).map(([name, number]) => [number, name as EventVerdict]));

export function verdictNumber(verdict: EventVerdict): number {
  return verdictNumbers[verdict];
}

export type RoomIdentity = { readonly roomId: string; readonly rules: RoomVersionRules };

/** An event from its row. Throws when the row is damaged: what is stored was parsed strictly before. */
export function recordOf(row: EventRow, room: RoomIdentity): EventRecord {
  const verdict = verdictNames.get(row.verdict);
  if (verdict === undefined) throw new Error(`event ${row.event_id} has the unknown verdict ${row.verdict}`);
  return {
    number: row.number,
    room: row.room,
    event: eventOf(row, room),
    rules: room.rules,
    stateKey: row.state_key ?? undefined,
    sender: row.sender,
    verdict,
    inTimeline: row.in_timeline === 1,
    countable: row.countable,
    stateBefore: row.state_before,
    stateAfter: row.state_after,
    redactedBy: row.redacted_by,
    receivedTs: row.received_ts,
  };
}

function eventOf(row: EventRow, room: RoomIdentity): PduEvent {
  const json = parseStored(row.json, row.event_id);
  const signatures = row.signatures === null ? jsonObject({}) : parseStored(row.signatures, row.event_id);
  return pduEventOf(withKey(json, 'signatures', signatures) as Pdu, room.rules, row.event_id, room.roomId);
}

/** The view of an event that was checked before: one that we built, or one that is stored. */
export function pduEventOf(pdu: Pdu, rules: RoomVersionRules, eventId: string, roomId: string): PduEvent {
  return {
    eventId,
    roomId,
    type: pdu.type,
    sender: pdu.sender,
    stateKey: ownString(pdu, 'state_key'),
    content: pdu.content,
    depth: safe(pdu.depth),
    originServerTs: safe(pdu.origin_server_ts),
    prevEvents: idsOf(pdu['prev_events']),
    authEvents: idsOf(pdu['auth_events']),
    redacts: ownString(rules.redactsInContent ? pdu.content : pdu, 'redacts'),
    pdu,
  };
}

/** Old room versions have integers beyond what a number holds exactly; order and time end at that limit (MD-02). */
function safe(value: number | bigint): number {
  const limit = Number.MAX_SAFE_INTEGER;
  return Math.max(-limit, Math.min(limit, Number(value)));
}

/** Room versions 1 and 2 cite events as pairs of id and hashes. */
function idsOf(references: JsonValue | undefined): string[] {
  if (!Array.isArray(references)) return [];
  return references.map((reference: JsonValue) => String(Array.isArray(reference) ? reference[0] : reference));
}

function parseStored(bytes: Uint8Array, eventId: string): JsonObject {
  const parsed = parseJson(bytes, { numbers: 'legacy' });
  if (!parsed.ok) throw new Error(`event ${eventId} is damaged on disk: ${parsed.reason}`);
  return parsed.value as JsonObject;
}
