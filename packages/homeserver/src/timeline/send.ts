import type { ToSchedule } from '../delayed-events/index.ts';
import type { Intent, Submitted, TransactionKey } from '../engine/engine.ts';
import { MatrixError } from '../http/errors.ts';
import type { Generation, Requester } from '../http/route.ts';
import { type AliasDeps, checkCanonicalAlias } from './canonical-alias.ts';
import { mergePatch } from './merge-patch.ts';
import { requireJoined } from './room-access.ts';
import { adaptStateOf2015 } from './state-of-2015.ts';
import type { Clock } from '@hearth/kit';
import type { JsonObject } from '@hearth/protocol';

export type SendDeps = AliasDeps & {
  readonly clock: Clock;
  /** Member events are not just any state: who wishes for one gets what the endpoints for memberships would do. */
  readonly putMember: (requester: Requester, roomId: string, userId: string, content: JsonObject) => Promise<Submitted>;
  /** Somebody does something. */
  readonly noteActive: (requester: Requester) => void;
  /** Keeps an event for later and answers its delay id. */
  readonly schedule: (requester: Requester, event: ToSchedule) => Promise<string>;
};

/** An event that is to be sent for somebody who asked for it earlier. */
export type LateEvent = {
  readonly roomId: string;
  readonly type: string;
  readonly stateKey: string | undefined;
  readonly content: JsonObject;
  readonly stickyMs: number | undefined;
};

/** A message, and for how long it sticks. */
export type Message = Omit<LateEvent, 'stateKey' | 'stickyMs'> & { readonly stickyMs?: number | undefined };

export type State = Pick<LateEvent, 'roomId' | 'type' | 'content'> & { readonly stateKey: string };

/** How often a patch may be overtaken by other changes of the same state. */
const patchAttemptsMax = 20;

export class Sender {
  readonly #deps: SendDeps;

  constructor(deps: SendDeps) {
    this.#deps = deps;
  }

  /** PUT rooms/{roomId}/send/{eventType}/{txnId}. Without `txnId` (2015's POST) each call sends anew. */
  async message(requester: Requester, { roomId, type, content, stickyMs }: Message, txnId?: string): Promise<string> {
    if (type === 'm.room.redaction') {
      const { eventId, reason } = redactionIn(content);
      return this.redact(requester, roomId, eventId, reason, txnId);
    }
    checkMessage(type, content);
    this.#deps.noteActive(requester);
    const once = txnId === undefined ? {} : { transaction: transaction(requester, roomId, 'send', txnId) };
    return this.#submit(roomId, { type, sender: requester.userId, content, ...sticky(stickyMs), ...once });
  }

  /** PUT rooms/{roomId}/state/{eventType}/{stateKey}. */
  async state(requester: Requester, state: State, generation: Generation, ifMatch?: string): Promise<string> {
    if (ifMatch !== undefined && state.type === 'm.room.member') throw new MatrixError('M_INVALID_PARAM', 'Memberships take no If-Match.');
    const once = ifMatch === undefined ? {} : onlyIf(state.type, state.stateKey, ifMatch);
    return eventIdOf(await this.#state(requester, state, generation, once));
  }

  /**
   * PATCH rooms/{roomId}/state/{eventType}/{stateKey}: merges a patch into the state that is there when the event is built, so that two
   * people who change different keys both succeed (what is sent out is a whole event).
   */
  async patchState(requester: Requester, state: State, ifMatch: string | undefined, generation: Generation): Promise<string> {
    const { roomId, type, stateKey, content: patch } = state;
    if (type === 'm.room.member') throw new MatrixError('M_INVALID_PARAM', 'Memberships cannot be patched: use PUT.');
    const room = await requireJoined(this.#deps, roomId, requester);
    for (let attempt = 0; attempt < patchAttemptsMax; attempt += 1) {
      const newest = (await this.#deps.engine.roomByNumber(room.number)) ?? room;
      const current = await this.#deps.engine.currentState(newest).get(type, stateKey);
      if (!current) throw new MatrixError('M_NOT_FOUND', 'The room has no such state: use PUT to make it.');
      if (ifMatch !== undefined && ifMatch !== current.event.eventId) throw moved();
      try {
        const content = mergePatch(current.event.content, patch);
        return eventIdOf(
          await this.#state(requester, { roomId, type, stateKey, content }, generation, onlyIf(type, stateKey, current.event.eventId)),
        );
      } catch (error) {
        if (!isMoved(error)) throw error;
      }
    }
    throw new MatrixError('M_UNAVAILABLE', 'This state is changing too fast. Try again in a moment.');
  }

  /** Keeps an event for later. What it may look like is checked when it is sent, except what can be seen now. */
  async later(requester: Requester, event: ToSchedule): Promise<string> {
    if (event.stateKey === undefined) checkMessage(event.type, event.content);
    return this.#deps.schedule(requester, event);
  }

  /** Sends an event that somebody asked for earlier, in one commit with further rows. */
  async late(requester: Requester, event: LateEvent, once: Pick<Intent, 'transaction' | 'also'>): Promise<Submitted> {
    const { roomId, type, stateKey, content, stickyMs } = event;
    if (stateKey !== undefined) return this.#state(requester, { roomId, type, stateKey, content }, 'v3', once);
    if (type === 'm.room.redaction') {
      const { eventId, reason } = redactionIn(content);
      return this.#deps.engine.submit(roomId, { ...(await this.#redaction(requester, roomId, eventId, reason)), ...once });
    }
    checkMessage(type, content);
    return this.#deps.engine.submit(roomId, { type, sender: requester.userId, content, ...sticky(stickyMs), ...once });
  }

  /** PUT rooms/{roomId}/redact/{eventId}/{txnId}. */
  async redact(requester: Requester, roomId: string, eventId: string, reason: string | undefined, txnId?: string): Promise<string> {
    const intent = await this.#redaction(requester, roomId, eventId, reason);
    return this.#submit(
      roomId,
      txnId === undefined ? intent : { ...intent, transaction: transaction(requester, roomId, `redact/${eventId}`, txnId) },
    );
  }

  async #state(
    requester: Requester,
    { roomId, type, stateKey, content }: State,
    generation: Generation,
    once: Pick<Intent, 'transaction' | 'also' | 'precondition'>,
  ): Promise<Submitted> {
    if (type === 'm.room.member') return this.#deps.putMember(requester, roomId, stateKey, content);
    if (type === 'm.room.canonical_alias' && stateKey === '') await checkCanonicalAlias(this.#deps, requester, roomId, content);
    const adapted = await adaptStateOf2015(this.#deps.engine, roomId, type, stateKey, content, generation);
    return this.#deps.engine.submit(roomId, { type, sender: requester.userId, stateKey, content: adapted, ...once });
  }

  async #redaction(requester: Requester, roomId: string, eventId: string, reason: string | undefined): Promise<Intent> {
    // First of all, so that nobody learns from outside which events a room has.
    const room = await requireJoined(this.#deps, roomId, requester);
    const target = await this.#deps.engine.eventById(eventId);
    // An id from another room is as good as none (AC-03).
    if (target?.room !== room.number) throw new MatrixError('M_NOT_FOUND', 'There is no such event in this room.');
    if (requester.isSuspended === true && target.sender !== requester.user) throw new MatrixError('M_USER_SUSPENDED');
    return { type: 'm.room.redaction', sender: requester.userId, content: reason === undefined ? {} : { reason }, redacts: eventId };
  }

  async #submit(roomId: string, intent: Intent): Promise<string> {
    return eventIdOf(await this.#deps.engine.submit(roomId, intent));
  }
}

/** Builds the event only on this state, as the room's writer sees it. */
function onlyIf(type: string, stateKey: string, eventId: string): Pick<Intent, 'precondition'> {
  return {
    precondition: async (state) => {
      if ((await state.get(type, stateKey))?.event.eventId !== eventId) throw moved();
    },
  };
}

function moved(): MatrixError {
  return new MatrixError('M_BAD_STATE', 'The state has changed since: read it again.', { status: 412 });
}

function isMoved(error: unknown): boolean {
  return error instanceof MatrixError && error.status === 412;
}

function eventIdOf({ record }: Submitted): string {
  return record.event.eventId;
}

/** Clients may also send the redaction event itself; `redacts` then is in the body. */
function redactionIn(content: JsonObject): { readonly eventId: string; readonly reason: string | undefined } {
  const { redacts, reason } = content;
  if (typeof redacts !== 'string') throw new MatrixError('M_BAD_JSON', 'A redaction needs the id of its event in redacts.');
  return { eventId: redacts, reason: typeof reason === 'string' ? reason : undefined };
}

function sticky(stickyMs: number | undefined): Pick<Intent, 'stickyMs'> {
  return stickyMs === undefined ? {} : { stickyMs };
}

function transaction(requester: Requester, roomId: string, kind: string, txnId: string): TransactionKey {
  return { user: requester.user, deviceId: requester.deviceId, scope: `${kind} ${roomId}`, txnId };
}

/** a20: a message that no client can show is refused where it is written; what comes from other servers is not looked at. */
function checkMessage(type: string, content: JsonObject): void {
  if (type !== 'm.room.message' || Object.keys(content).length === 0) return;
  for (const key of ['msgtype', 'body']) {
    if (typeof content[key] !== 'string') throw new MatrixError('M_BAD_JSON', `An m.room.message needs the string ${key}.`);
  }
}
