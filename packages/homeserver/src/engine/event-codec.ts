import type { AuthPlace, EventRecord, EventVerdict } from './event-record.ts';
import type { AuthRow, EventRow } from './store.ts';
import { ByteReader, ByteWriter } from './trie/byte-codec.ts';
import {
  type JsonObject,
  jsonObject,
  parseJson,
  type Pdu,
  type PduEvent,
  pduEventOf,
  type RoomVersionRules,
  withKey,
} from '@hearth/protocol';

/** How verdicts are stored. The numbers are on disk: never change one. */
const verdictNumbers: Readonly<Record<EventVerdict, number>> = { accepted: 1, 'soft-failed': 2, rejected: 3, incomplete: 4 };
const verdictNames = new Map(Object.entries(verdictNumbers).map(([name, number]) => [number, name as EventVerdict]));

export function verdictNumber(verdict: EventVerdict): number {
  return verdictNumbers[verdict];
}

export const rejectedNumber = verdictNumbers.rejected;

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
    auth: authPlaceOf(row),
  };
}

/** The bytes of `auth_events`: how many, then each number. */
export function authEventsBytes(place: AuthPlace): Uint8Array {
  const writer = new ByteWriter();
  writer.varint(place.events.length);
  for (const number of place.events) writer.varint(number);
  return writer.finish();
}

export function authPlaceOf(row: AuthRow): AuthPlace | undefined {
  if (row.auth_rank === null || row.auth_events === null) return undefined;
  const reader = new ByteReader(row.auth_events);
  return { rank: row.auth_rank, events: Array.from({ length: reader.varint() }, () => reader.varint()) };
}

function eventOf(row: EventRow, room: RoomIdentity): PduEvent {
  const json = parseStored(row.json, row.event_id);
  const signatures = row.signatures === null ? jsonObject({}) : parseStored(row.signatures, row.event_id);
  return pduEventOf(withKey(json, 'signatures', signatures) as Pdu, room.rules, row.event_id, room.roomId);
}

function parseStored(bytes: Uint8Array, eventId: string): JsonObject {
  const parsed = parseJson(bytes, { numbers: 'legacy' });
  if (!parsed.ok) throw new Error(`event ${eventId} is damaged on disk: ${parsed.reason}`);
  return parsed.value as JsonObject;
}
