import { domainOf } from '../ids/user-id.ts';
import { CanonicalJsonError } from '../json/canonical.ts';
import { jsonObject, withKey } from '../json/object.ts';
import type { JsonObject, JsonValue } from '../json/value.ts';
import type { RoomVersionRules } from '../room-versions/rules.ts';
import type { SigningKey } from '../signing/keys.ts';
import { hashAndSignEvent } from '../signing/sign-event.ts';
import type { Reject } from '../verdict.ts';
import { reject } from '../verdict.ts';
import type { ParsedPdu } from './format.ts';
import { parsePdu } from './format.ts';

/** Everything that goes into an event of ours. There is no other way into one: what a peer sent is copied field by field. */
export type EventFields = {
  readonly type: string;
  readonly sender: string;
  /** Not for a create event of room version 12, whose hash becomes the room id. */
  readonly roomId?: string;
  readonly stateKey?: string;
  readonly content: JsonObject;
  /** The event to redact; put where the room version wants it. */
  readonly redacts?: string;
  /** Makes the event a sticky one (MSC4354): for how many milliseconds. */
  readonly stickyMs?: number;
  readonly prevEvents: readonly string[];
  readonly authEvents: readonly string[];
  readonly depth: number;
  readonly originServerTs: number;
  /** Room versions 1 and 2 only: the id that the event gets, `$opaque:server`. */
  readonly eventId?: string;
  /** Room versions 1 and 2 only: the reference hash of each cited event, in unpadded base64. */
  readonly referenceHashes?: ReadonlyMap<string, string>;
};

export type BuiltEvent = { readonly allowed: true; readonly event: JsonObject } | Reject;

/** The deepest event of any room version that keeps to canonical JSON. */
const depthMax = Number.MAX_SAFE_INTEGER;

/** The depth of an event that follows events of these depths. At the limit it stays at the limit. */
export function nextDepth(prevDepths: Iterable<number>): number {
  let deepest = 0;
  for (const depth of prevDepths) deepest = Math.max(deepest, depth);
  return Math.min(deepest + 1, depthMax);
}

/** Shapes the event of this room version, without hashes and signatures. The one function whose result is signed. */
export function buildEvent(fields: EventFields, rules: RoomVersionRules): BuiltEvent {
  const prevEvents = writeReferences(fields.prevEvents, fields, rules);
  const authEvents = writeReferences(fields.authEvents, fields, rules);
  if (prevEvents === undefined || authEvents === undefined) {
    return reject('build.reference_hashes', 'the reference hash of a cited event is missing');
  }
  const redacts = fields.redacts;
  const contentRedacts = rules.redactsInContent && redacts !== undefined;
  const event = jsonObject({
    auth_events: authEvents,
    content: contentRedacts ? withKey(fields.content, 'redacts', redacts) : fields.content,
    depth: Math.min(fields.depth, depthMax),
    event_id: rules.eventIdFormat === 'given' ? fields.eventId : undefined,
    msc4354_sticky: fields.stickyMs === undefined ? undefined : jsonObject({ duration_ms: fields.stickyMs }),
    origin_server_ts: fields.originServerTs,
    prev_events: prevEvents,
    redacts: rules.redactsInContent ? undefined : redacts,
    room_id: foundsItsRoom(fields, rules) ? undefined : fields.roomId,
    sender: fields.sender,
    state_key: fields.stateKey,
    type: fields.type,
  });
  return { allowed: true, event };
}

/**
 * Builds, hashes and signs an event for `serverName`, the server of its sender, and puts it through the same format
 * check as events from others, so nothing leaves that a peer would have to drop. The sender's server must be the
 * signer: an event in somebody else's name is refused here and never signed.
 */
export function createEvent(fields: EventFields, rules: RoomVersionRules, serverName: string, key: SigningKey): ParsedPdu {
  if (domainOf(fields.sender) !== serverName) return reject('build.sender', 'the sender is not a user of the signing server');
  const built = buildEvent(fields, rules);
  if (!built.allowed) return built;
  try {
    return parsePdu(hashAndSignEvent(built.event, rules, serverName, key), rules);
  } catch (error) {
    if (error instanceof CanonicalJsonError) return reject('format.canonical', error.message);
    throw error;
  }
}

function foundsItsRoom(fields: EventFields, rules: RoomVersionRules): boolean {
  return rules.roomIdIsCreateHash && fields.type === 'm.room.create' && fields.stateKey === '';
}

function writeReferences(eventIds: readonly string[], fields: EventFields, rules: RoomVersionRules): JsonValue[] | undefined {
  if (rules.eventIdFormat !== 'given') return [...eventIds];
  const pairs: JsonValue[] = [];
  for (const eventId of eventIds) {
    const hash = fields.referenceHashes?.get(eventId);
    if (hash === undefined) return undefined;
    pairs.push([eventId, jsonObject({ sha256: hash })]);
  }
  return pairs;
}
