import type { EventRecord } from './event-record.ts';
import { insertRedaction, redactEvent } from './store.ts';
import {
  canonicalJsonBytes,
  canonicalNumbersOf,
  type JsonObject,
  type Pdu,
  type PduEvent,
  pduEventOf,
  redact,
  withKey,
  withoutKeys,
} from '@hearth/protocol';
import { type Statement, streamKinds, type StreamRow } from '@hearth/storage';

/** The redacted form of a stored event, its bytes, and the event as it was. */
export type Redacted = { readonly record: EventRecord; readonly json: Uint8Array; readonly original: EventRecord };

/**
 * What everything in a room rests on keeps its words: before version 11 redaction would take the room version and `m.federate` from
 * the create event, and nobody could join a room that begins with what is left.
 */
export function isRedactable({ type, stateKey }: Pick<PduEvent, 'type' | 'stateKey'>): boolean {
  return !(type === 'm.room.create' && stateKey === '');
}

/** The link from a target's id to its redaction: for a target that comes later. */
export function redactionLink(redaction: number, redacts: string): Statement {
  return { insert: insertRedaction, row: [redacts, redaction] };
}

/** Rows that rewrite a target that is here already. */
export function redactionRows({ record, json }: Redacted): { readonly statement: Statement; readonly stream: StreamRow } {
  return {
    statement: { run: redactEvent, params: [record.number, json, record.redactedBy] },
    stream: { kind: streamKinds.redaction, room: record.room, usr: null, subject: record.number, detail: null },
  };
}

export function redacted(target: EventRecord, redactedBy: number): Redacted {
  const pdu = redact(target.event.pdu, target.rules);
  const json = canonicalJsonBytes(withoutKeys(pdu, ['signatures', 'unsigned']), canonicalNumbersOf(target.rules));
  return { record: redactedRecord(target, pdu, redactedBy), json, original: target };
}

/** The form of an event for those who came after its sender was erased. */
export function prunedRecord(target: EventRecord): EventRecord {
  return { ...target, event: withContentOf(redact(target.event.pdu, target.rules), target), isPruned: true };
}

function redactedRecord(target: EventRecord, pdu: JsonObject, redactedBy: number): EventRecord {
  return { ...target, event: withContentOf(pdu, target), redactedBy };
}

function withContentOf(pdu: JsonObject, { event, rules }: EventRecord): PduEvent {
  const signed = withKey(pdu, 'signatures', event.pdu.signatures ?? {});
  return pduEventOf(signed as Pdu, rules, event.eventId, event.roomId);
}
