import type { EventRecord } from './event-record.ts';
import { insertRedaction, redactEvent } from './store.ts';
import {
  canonicalJsonBytes,
  canonicalNumbersOf,
  type JsonObject,
  type Pdu,
  pduEventOf,
  redact,
  withKey,
  withoutKeys,
} from '@hearth/protocol';
import { type Statement, streamKinds, type StreamRow } from '@hearth/storage';

export type RedactionChange = {
  readonly statements: readonly Statement[];
  readonly stream: readonly StreamRow[];
  /** The target as it is from now on; undefined when it is not here yet. */
  readonly redacted: EventRecord | undefined;
};

/** Rows that carry out a lawful redaction: the link, kept for a target that comes later, and the target's new bytes. */
export function redactionOf(redaction: EventRecord, target: EventRecord | undefined): RedactionChange {
  const link: Statement = { insert: insertRedaction, row: [redaction.event.redacts ?? '', redaction.number] };
  if (!target || target.redactedBy !== null) return { statements: [link], stream: [], redacted: undefined };
  const pdu = redact(target.event.pdu, target.rules);
  const json = canonicalJsonBytes(withoutKeys(pdu, ['signatures', 'unsigned']), canonicalNumbersOf(target.rules));
  return {
    statements: [link, { run: redactEvent, params: [target.number, json, redaction.number] }],
    stream: [{ kind: streamKinds.redaction, room: target.room, usr: null, subject: target.number, detail: null }],
    redacted: redactedRecord(target, pdu, redaction.number),
  };
}

function redactedRecord(target: EventRecord, pdu: JsonObject, redactedBy: number): EventRecord {
  const { eventId, roomId, pdu: original } = target.event;
  const signed = withKey(pdu, 'signatures', original.signatures ?? {});
  return { ...target, event: pduEventOf(signed as Pdu, target.rules, eventId, roomId), redactedBy };
}
