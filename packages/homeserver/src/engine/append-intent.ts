import { MatrixError } from '../http/errors.ts';
import { createEvent, type CreatedEvent } from './create-event.ts';
import type { DraftDeps } from './draft-deps.ts';
import type { Draft } from './draft.ts';
import type { Intent } from './engine.ts';
import type { EventRecord } from './event-record.ts';
import { isRedactable, redacted } from './redact-event.ts';
import type { Extremity } from './room-head.ts';
import { stateLookup } from './state-lookup.ts';
import type { RoomState } from './states.ts';
import { insertTransaction } from './store.ts';
import { unknownRoom } from './unknown-room.ts';
import { unreadClassOf } from './unread-rows.ts';
import {
  authorize,
  authTypesFor,
  canonicalJson,
  type EventFields,
  isCreator,
  isJsonObject,
  isSignedWith,
  type JsonObject,
  namedLevel,
  type PduEvent,
  powerLevels,
  prevEventsMax,
  referenceHash,
  type SignatureFacts,
  userLevel,
  domainOf,
} from '@hearth/protocol';

export type Appended = { readonly record: EventRecord; readonly repeated: boolean };

type Site = { readonly draft: Draft; readonly deps: DraftDeps; readonly intent: Intent };

/** Builds, authorises and signs one event of a user of ours on top of a draft. Throws MatrixError. */
export async function appendIntent(draft: Draft, deps: DraftDeps, intent: Intent): Promise<Appended> {
  const site: Site = { draft, deps, intent };
  if (intent.precondition) await intent.precondition(draft.state, draft.head);
  const replaces = intent.stateKey === undefined ? undefined : await draft.state.get(intent.type, intent.stateKey);
  if (replaces && intent.deduplicate !== false && isSame(replaces, intent)) {
    noteTransaction(site, replaces.number);
    return { record: replaces, repeated: true };
  }
  // All ends of the room, so that the state before the event is the current one; if there are too many, the others wait for the next.
  const prev = draft.head.extremities.slice(0, prevEventsMax);
  const before = prev.length === draft.head.extremities.length ? draft.state : await draft.resolved(prev.map(({ state }) => state));
  const { rules } = draft.head;
  const { type, sender, stateKey, content } = intent;
  const authEvents = (await before.getMany(authTypesFor({ type, sender, stateKey, content }, rules))).filter(isHere);
  const old = rules.eventIdFormat === 'given' ? await oldReferences(site, prev, authEvents) : {};
  const created = create(site, prev, authEvents, old);
  const { event } = created;
  // By the state before the event, which others will judge it by, and by the current state where that is another.
  for (const state of before === draft.state ? [before] : [before, draft.state]) {
    const verdict = authorize(event, rules, await stateLookup(state, event, rules), ownSignature(sender));
    if (!verdict.allowed) throw await refusal(verdict.reason, event, draft, state);
  }
  const redacts = type === 'm.room.redaction' ? event.redacts : undefined;
  const target = redacts === undefined ? undefined : await targetOf(event, draft, before);
  const unread = await unreadClassOf(event, before);
  const record = await draft.add({ ...created, authEvents, before, verdict: 'accepted', unread, isOurs: true });
  if (redacts !== undefined) draft.linkRedaction(record, redacts);
  if (target && target.redactedBy === null) draft.redact(redacted(target, record.number));
  noteTransaction(site, record.number);
  if (intent.also) draft.also(intent.also.statements, intent.also.stream);
  return { record, repeated: false };
}

function isHere(record: EventRecord | undefined): record is EventRecord {
  return record !== undefined;
}

function create(
  { draft, deps, intent }: Site,
  prev: readonly Extremity[],
  authEvents: readonly EventRecord[],
  old: Partial<EventFields>,
): CreatedEvent {
  const { roomId, rules, depth } = draft.head;
  const fields: EventFields = {
    type: intent.type,
    sender: intent.sender,
    content: intent.content,
    depth: depth + 1,
    originServerTs: intent.originServerTs ?? deps.clock.now(),
    prevEvents: prev.map(({ eventId }) => eventId),
    authEvents: authEvents.map((record) => record.event.eventId),
    ...(roomId === '' ? {} : { roomId }),
    ...(intent.stateKey === undefined ? {} : { stateKey: intent.stateKey }),
    ...(intent.redacts === undefined ? {} : { redacts: intent.redacts }),
    ...(intent.stickyMs === undefined ? {} : { stickyMs: intent.stickyMs }),
    ...old,
  };
  return createEvent(fields, rules, deps.signer);
}

/** Room versions 1 and 2: an id of our choice, and the hashes of all events that are cited. */
async function oldReferences(
  { draft, deps, intent }: Site,
  prev: readonly Extremity[],
  authEvents: readonly EventRecord[],
): Promise<Partial<EventFields>> {
  const before = await draft.events.byNumbers(prev.map(({ number }) => number));
  const cited = [...authEvents, ...before.filter(isHere)];
  const domain = domainOf(intent.sender) ?? '';
  return {
    eventId: `$${deps.random.token(96)}:${domain}`,
    referenceHashes: new Map(cited.map(({ event, rules }) => [event.eventId, referenceHash(event.pdu, rules)])),
  };
}

/** Why the rules do not allow it; a stranger learns no more than that there is no room for them. */
async function refusal(reason: string, event: PduEvent, draft: Draft, state: RoomState): Promise<MatrixError> {
  if (await isStranger(event.sender, draft, state)) return unknownRoom();
  if (await isWrongInItself(event, draft, state)) return new MatrixError('M_INVALID_PARAM', `No room has such an event: ${reason}.`);
  return new MatrixError('M_FORBIDDEN', `The rules of this room do not allow it: ${reason}.`);
}

/** Whether nobody could send it, however great their power: a second create event, and levels for creators, who are above all levels. */
async function isWrongInItself({ type, content }: PduEvent, { head: { rules } }: Draft, state: RoomState): Promise<boolean> {
  if (type === 'm.room.create') return true;
  const users = content['users'];
  if (!rules.privilegedCreators || type !== 'm.room.power_levels' || !isJsonObject(users)) return false;
  const create = await state.get('m.room.create', '');
  return create !== undefined && Object.keys(users).some((userId) => isCreator(rules, create.event, userId));
}

/** Somebody who was never in this room. The creator of one that is being made comes in with its second event. */
async function isStranger(sender: string, { head }: Draft, state: RoomState): Promise<boolean> {
  return head.depth > 1 && (await state.get('m.room.member', sender)) === undefined;
}

/** The event that a redaction is about, if it is here. Refuses what the sender may not redact. */
async function targetOf(event: PduEvent, draft: Draft, before: RoomState): Promise<EventRecord | undefined> {
  const target = event.redacts === undefined ? undefined : await draft.eventById(event.redacts);
  if (!target) return undefined;
  if (target.room !== draft.head.number) throw new MatrixError('M_NOT_FOUND', 'The event to redact is not in this room.');
  if (!isRedactable(target.event)) throw new MatrixError('M_FORBIDDEN', 'The event that a room begins with cannot be redacted.');
  const [create, levels] = await before.getMany([
    ['m.room.create', ''],
    ['m.room.power_levels', ''],
  ]);
  const power = powerLevels(draft.head.rules, create?.event, levels?.event);
  // Rooms let anybody of the same server redact; among our own users we are stricter: one's own events, or with the power to.
  if (target.event.sender !== event.sender && userLevel(power, event.sender) < namedLevel(power, 'redact')) {
    throw new MatrixError(
      'M_FORBIDDEN',
      'You may not redact this event: it is not yours, and you lack the power to redact those of others.',
    );
  }
  return target;
}

function noteTransaction({ draft, deps, intent: { transaction } }: Site, event: number): void {
  if (!transaction) return;
  const { user, deviceId, scope, txnId } = transaction;
  draft.also([{ insert: insertTransaction, row: [user, deviceId, scope, txnId, event, null, deps.clock.now()] }], []);
}

/** A state event that says what the room's state says already, by the same sender, is not sent again. */
function isSame(current: EventRecord, intent: Intent): boolean {
  if (current.redactedBy !== null || current.event.sender !== intent.sender) return false;
  return canonicalText(current.event.content) === canonicalText(intent.content);
}

function canonicalText(content: JsonObject): string {
  return canonicalJson(content, 'legacy');
}

/** Our own events carry our signature and no other; a proof of a third-party invite is in the content. */
function ownSignature(sender: string): SignatureFacts {
  const domain = domainOf(sender) ?? '';
  return { signedBy: (serverName) => serverName === domain, verifySigned: isSignedWith };
}
