import { MatrixError } from '../http/errors.ts';
import type { EventSigner } from './event-signer.ts';
import {
  buildEvent,
  canonicalJsonBytes,
  CanonicalJsonError,
  encodeUtf8,
  type EventFields,
  eventTexts,
  fieldBytesMax,
  fitsInBytes,
  type JsonObject,
  type Pdu,
  pduBytesMax,
  type PduEvent,
  pduEventOf,
  referenceHashOf,
  roomIdOfCreate,
  type RoomVersionRules,
  withKey,
} from '@hearth/protocol';

/** `,"signatures":` joins the two parts of the event. */
const joinBytes = 14;

export type CreatedEvent = {
  readonly event: PduEvent;
  /** Canonical JSON without signatures and unsigned: what is stored. */
  readonly json: Uint8Array;
  readonly signatures: Uint8Array;
};

/** Builds, hashes and signs an event of a local user. 413 M_TOO_LARGE, 400 M_BAD_JSON when it cannot be an event. */
export function createEvent(fields: EventFields, rules: RoomVersionRules, signer: EventSigner): CreatedEvent {
  checkFieldSizes(fields);
  const built = buildEvent(fields, rules);
  if (!built.allowed) throw new Error(`event could not be built: ${built.reason}`);
  try {
    return hashAndSign(built.event, fields, rules, signer);
  } catch (error) {
    if (error instanceof CanonicalJsonError)
      throw new MatrixError('M_BAD_JSON', `This content cannot be part of an event: ${error.message}.`);
    throw error;
  }
}

function hashAndSign(unhashed: JsonObject, fields: EventFields, rules: RoomVersionRules, signer: EventSigner): CreatedEvent {
  const { event: hashed, json: text, essential } = eventTexts(unhashed, rules);
  const json = encodeUtf8(text);
  const eventId = fields.eventId ?? `$${referenceHashOf(essential, rules)}`;
  const signatures = signer.sign(essential, fields.sender);
  const signatureBytes = canonicalJsonBytes(signatures);
  if (json.length + signatureBytes.length + joinBytes > pduBytesMax) {
    throw new MatrixError('M_TOO_LARGE', `The event would have more than ${pduBytesMax} bytes.`);
  }
  const pdu = withKey(hashed, 'signatures', signatures) as Pdu;
  const roomId = fields.roomId ?? roomIdOfCreate(eventId);
  return { event: pduEventOf(pdu, rules, eventId, roomId), json, signatures: signatureBytes };
}

function checkFieldSizes({ type, sender, stateKey = '' }: EventFields): void {
  for (const [name, value] of [
    ['type', type],
    ['sender', sender],
    ['state_key', stateKey],
  ] as const) {
    if (!fitsInBytes(value, fieldBytesMax))
      throw new MatrixError('M_TOO_LARGE', `The event's ${name} has more than ${fieldBytesMax} bytes.`);
  }
}
