import { MatrixError } from '../http/errors.ts';
import { createEvent, type CreatedEvent } from './create-event.ts';
import type { DraftDeps } from './draft-deps.ts';
import type { Intent } from './engine.ts';
import type { EventRecord } from './event-record.ts';
import { eventRow, roomUpdate } from './event-rows.ts';
import { memberChange } from './member-change.ts';
import type { PendingStates } from './pending-states.ts';
import { redactionOf } from './redact-event.ts';
import type { RoomHead } from './room-head.ts';
import type { RoomState } from './states.ts';
import { insertTransaction, raiseReadFloor } from './store.ts';
import type { NewNode } from './trie/draft.ts';
import { exceptionRows, unreadClassOf } from './unread-rows.ts';
import {
  authorize,
  authTypesFor,
  canonicalJson,
  type EventFields,
  type JsonObject,
  namedLevel,
  powerLevels,
  referenceHash,
  type RoomVersionRules,
  type SignatureFacts,
  stateTypesFor,
  type UnreadClass,
  userLevel,
} from '@hearth/protocol';
import { type Statement, streamKinds, type StreamRow, type Write } from '@hearth/storage';

/** Extremities that one event takes as its predecessors; the others wait for the next. */
const prevEventsMax = 10;

/** What has been appended so far: becomes one write. */
export type Appended = { readonly record: EventRecord; readonly repeated: boolean };

/**
 * Events being written to a room, each built on the one before. Nothing of it is visible to anybody until the write that
 * `finish` gives has been committed.
 */
export class Draft {
  readonly #deps: DraftDeps;
  #head: RoomHead;
  #state: RoomState;
  readonly #pending: PendingStates;
  readonly #statements: Statement[] = [];
  readonly #stream: StreamRow[] = [];
  readonly #records: EventRecord[] = [];
  readonly #newNodes: NewNode[] = [];
  readonly #redacted: EventRecord[] = [];

  /** `head.roomId` is not known yet ('') for the create event of a v12 room. */
  constructor(deps: DraftDeps, head: RoomHead, state: RoomState, pending: PendingStates) {
    this.#deps = deps;
    this.#head = head;
    this.#state = state;
    this.#pending = pending;
  }

  get head(): RoomHead {
    return this.#head;
  }
  get state(): RoomState {
    return this.#state;
  }
  get records(): readonly EventRecord[] {
    return this.#records;
  }
  get newNodes(): readonly NewNode[] {
    return this.#newNodes;
  }
  /** Redacted forms of older events, to replace the cached ones after the commit. */
  get redacted(): readonly EventRecord[] {
    return this.#redacted;
  }

  /** Builds, authorises and signs one event. Throws MatrixError; then the draft is as before. */
  async append(intent: Intent): Promise<Appended> {
    if (intent.precondition) await intent.precondition(this.#state, this.#head);
    const replaces = intent.stateKey === undefined ? undefined : await this.#state.get(intent.type, intent.stateKey);
    if (replaces && intent.deduplicate !== false && isSame(replaces, intent)) return this.#repeat(replaces, intent);
    const created = await this.#create(intent);
    const unread = await unreadClassOf(created.event, this.#state);
    const record = await this.#record(created, unread);
    await this.#redact(record);
    this.#statements.push(...(await exceptionRows(record, unread, this.#deps.interner)));
    await this.#take(record, created, replaces, intent);
    return { record, repeated: false };
  }

  /** The write of everything appended; undefined when there is nothing to write. `insertRoom` replaces claim and update for a new room. */
  finish(insertRoom?: Statement): Write | undefined {
    if (this.#statements.length === 0) return undefined;
    const { number, revision } = this.#head;
    if (insertRoom) return { claims: [], statements: [insertRoom, ...this.#statements], stream: this.#stream };
    return {
      claims: [{ room: number, revision: revision - 1 }],
      statements: this.#records.length > 0 ? [...this.#statements, roomUpdate(this.#head)] : this.#statements,
      stream: this.#stream,
    };
  }

  /** Rows that belong to the same commit. */
  also(statements: readonly Statement[], stream: readonly StreamRow[]): void {
    this.#statements.push(...statements);
    this.#stream.push(...stream);
  }

  /** Raises the revision if anything is to be written: called once, before `finish`, for a room that exists. */
  claimWhenChanged(): void {
    if (this.#statements.length > 0) this.#head = { ...this.#head, revision: this.#head.revision + 1 };
  }

  #repeat(record: EventRecord, intent: Intent): Appended {
    this.#noteTransaction(intent, record.number);
    return { record, repeated: true };
  }

  async #create(intent: Intent): Promise<CreatedEvent> {
    const { rules } = this.#head;
    const outline = { type: intent.type, sender: intent.sender, stateKey: intent.stateKey, content: intent.content };
    const cited = (await this.#state.getMany(authTypesFor(outline, rules))).filter((record) => record !== undefined);
    const prev = this.#head.extremities.slice(0, prevEventsMax);
    const fields: EventFields = {
      type: intent.type,
      sender: intent.sender,
      content: intent.content,
      depth: this.#head.depth + 1,
      originServerTs: intent.originServerTs ?? this.#deps.clock.now(),
      prevEvents: prev.map(({ eventId }) => eventId),
      authEvents: cited.map((record) => record.event.eventId),
      ...(this.#head.roomId === '' ? {} : { roomId: this.#head.roomId }),
      ...(intent.stateKey === undefined ? {} : { stateKey: intent.stateKey }),
      ...(intent.redacts === undefined ? {} : { redacts: intent.redacts }),
    };
    const created = createEvent({ ...fields, ...(await this.#oldReferences(fields, cited)) }, rules, this.#deps.signer);
    await this.#authorise(created, rules);
    return created;
  }

  /** Room versions 1 and 2: an id of our choice, and the hashes of all events that are cited. */
  async #oldReferences(fields: EventFields, cited: readonly EventRecord[]): Promise<Partial<EventFields>> {
    const { rules, extremities } = this.#head;
    if (rules.eventIdFormat !== 'given') return {};
    const prev = await this.#deps.events.byNumbers(extremities.slice(0, prevEventsMax).map(({ number }) => number));
    const records = [...cited, ...prev.filter((record) => record !== undefined)];
    const domain = fields.sender.slice(fields.sender.indexOf(':') + 1);
    return {
      eventId: `$${this.#deps.random.token(96)}:${domain}`,
      referenceHashes: new Map(records.map(({ event }) => [event.eventId, referenceHash(event.pdu, rules)])),
    };
  }

  async #authorise({ event }: CreatedEvent, rules: RoomVersionRules): Promise<void> {
    const pairs = stateTypesFor(event, rules);
    const records = await this.#state.getMany(pairs);
    const known = new Map(pairs.map(([type, stateKey], index) => [JSON.stringify([type, stateKey]), records[index]?.event]));
    const verdict = authorize(event, rules, (type, stateKey) => known.get(JSON.stringify([type, stateKey])), ownSignature(event.sender));
    if (!verdict.allowed) throw new MatrixError('M_FORBIDDEN', `The rules of this room do not allow it: ${verdict.reason}.`);
  }

  async #record({ event }: CreatedEvent, unread: UnreadClass): Promise<EventRecord> {
    const { interner, database, clock } = this.#deps;
    const isState = event.stateKey !== undefined;
    return {
      number: await database.takeNumbers('event', 1),
      room: this.#head.number,
      event,
      rules: this.#head.rules,
      stateKey: isState ? await interner.internStateKey(event.type, event.stateKey) : undefined,
      sender: await interner.internUser(event.sender),
      verdict: 'accepted',
      inTimeline: true,
      countable: this.#head.countable + (unread.countable ? 1 : 0),
      stateBefore: this.#state.number,
      stateAfter: this.#state.number,
      redactedBy: null,
      receivedTs: clock.now(),
    };
  }

  /** A redaction rewrites its target in the same commit, if the sender may redact it. */
  async #redact(redaction: EventRecord): Promise<void> {
    if (redaction.event.type !== 'm.room.redaction' || redaction.event.redacts === undefined) return;
    const target = this.#ownRecord(redaction.event.redacts) ?? (await this.#deps.events.byId(redaction.event.redacts));
    if (target && target.room !== redaction.room) throw new MatrixError('M_NOT_FOUND', 'The event to redact is not in this room.');
    if (target) {
      const [create, levels] = await this.#state.getMany([
        ['m.room.create', ''],
        ['m.room.power_levels', ''],
      ]);
      const power = powerLevels(redaction.rules, create?.event, levels?.event);
      // Rooms let anybody of the same server redact; among our own users we are stricter: one's own events, or with the power to.
      if (target.sender !== redaction.sender && userLevel(power, redaction.event.sender) < namedLevel(power, 'redact')) {
        throw new MatrixError(
          'M_FORBIDDEN',
          'You may not redact this event: it is not yours, and you lack the power to redact those of others.',
        );
      }
    }
    const change = redactionOf(redaction, target);
    this.#statements.push(...change.statements);
    this.#stream.push(...change.stream);
    if (change.redacted) this.#redacted.push(change.redacted);
  }

  async #take(record: EventRecord, created: CreatedEvent, replaces: EventRecord | undefined, intent: Intent): Promise<void> {
    const { event } = record;
    const head = this.#head;
    let taken = record;
    let nextNumber = head.nextNumber;
    if (record.stateKey !== undefined) {
      const next = await this.#deps.states.next(this.#state, new Map([[record.stateKey, record.number]]), nextNumber, this.#pending);
      taken = { ...record, stateAfter: next.view.number };
      nextNumber = next.nextNumber;
      this.#state = next.view;
      this.#newNodes.push(...next.newNodes);
      this.#statements.push(...next.statements);
    }
    this.#deps.events.remember(taken);
    const member = event.type === 'm.room.member' && event.stateKey !== undefined ? await this.#memberChange(taken, replaces) : undefined;
    this.#head = {
      ...head,
      roomId: event.roomId,
      state: this.#state.number,
      nextNumber,
      depth: event.depth,
      extremities: [{ number: taken.number, eventId: event.eventId }, ...head.extremities.slice(prevEventsMax)],
      countable: taken.countable,
      joinedMembers: head.joinedMembers + (member?.joined ?? 0),
      invitedMembers: head.invitedMembers + (member?.invited ?? 0),
    };
    this.#statements.push(eventRow(taken, created.json, created.signatures), ...(member?.statements ?? [readFloor(taken)]));
    this.#stream.push(
      { kind: streamKinds.event, room: head.number, usr: null, subject: taken.number, detail: null },
      ...(member?.stream ?? []),
    );
    this.#project(taken, replaces, member?.user);
    this.#noteTransaction(intent, taken.number);
    if (intent.also) this.also(intent.also.statements, intent.also.stream);
    this.#records.push(taken);
  }

  async #memberChange(record: EventRecord, replaces: EventRecord | undefined): Promise<ReturnType<typeof memberChange>> {
    return memberChange(record, replaces, await this.#deps.interner.internUser(record.event.stateKey ?? ''));
  }

  #project(record: EventRecord, replaces: EventRecord | undefined, targetUser: number | undefined): void {
    for (const { project } of this.#deps.projections) {
      const projected = project({ record, room: this.#head, replaces, isCurrentState: record.stateKey !== undefined, targetUser });
      this.also(projected.statements, projected.stream);
    }
  }

  #noteTransaction({ transaction }: Intent, event: number): void {
    if (!transaction) return;
    const { user, deviceId, scope, txnId } = transaction;
    this.#statements.push({ insert: insertTransaction, row: [user, deviceId, scope, txnId, event, null, this.#deps.clock.now()] });
  }

  #ownRecord(eventId: string): EventRecord | undefined {
    return this.#records.find((record) => record.event.eventId === eventId);
  }
}

function readFloor(record: EventRecord): Statement {
  return { run: raiseReadFloor, params: [record.room, record.sender, record.countable] };
}

/** A state event that says what the room's state says already, by the same sender, is not sent again. */
function isSame(current: EventRecord, intent: Intent): boolean {
  if (current.redactedBy !== null || current.event.sender !== intent.sender) return false;
  return canonicalText(current.event.content) === canonicalText(intent.content);
}

function canonicalText(content: JsonObject): string {
  return canonicalJson(content, 'legacy');
}

/** Our own events carry our signature and no other. Third-party invites are checked where they come in. */
function ownSignature(sender: string): SignatureFacts {
  const domain = sender.slice(sender.indexOf(':') + 1);
  return { signedBy: (serverName) => serverName === domain, verifySigned: () => false };
}
