import type { Intent, Submitted, TransactionKey } from '../engine/engine.ts';
import { MatrixError } from '../http/errors.ts';
import type { Generation, Requester } from '../http/route.ts';
import { type AliasDeps, checkCanonicalAlias } from './canonical-alias.ts';
import { requireJoined } from './room-access.ts';
import { adaptStateOf2015 } from './state-of-2015.ts';
import type { Clock } from '@hearth/kit';
import type { JsonObject } from '@hearth/protocol';

export type SendDeps = AliasDeps & {
  readonly clock: Clock;
  /** Member events are not just any state: who wishes for one gets what the endpoints for memberships would do. */
  readonly putMember: (requester: Requester, roomId: string, userId: string, content: JsonObject) => Promise<Submitted>;
};

export class Sender {
  readonly #deps: SendDeps;

  constructor(deps: SendDeps) {
    this.#deps = deps;
  }

  /** PUT rooms/{roomId}/send/{eventType}/{txnId}. Without `txnId` (2015's POST) each call sends anew. */
  async message(requester: Requester, roomId: string, type: string, content: JsonObject, txnId?: string): Promise<string> {
    if (type === 'm.room.redaction') return this.#redactionBySending(requester, roomId, content, txnId);
    checkMessage(type, content);
    const intent: Intent = { type, sender: requester.userId, content };
    return this.#submit(roomId, txnId === undefined ? intent : { ...intent, transaction: transaction(requester, roomId, 'send', txnId) });
  }

  /** PUT rooms/{roomId}/state/{eventType}/{stateKey}. */
  async state(
    requester: Requester,
    roomId: string,
    type: string,
    stateKey: string,
    content: JsonObject,
    generation: Generation,
  ): Promise<string> {
    if (type === 'm.room.member') return eventIdOf(await this.#deps.putMember(requester, roomId, stateKey, content));
    if (type === 'm.room.canonical_alias' && stateKey === '') await checkCanonicalAlias(this.#deps, requester, roomId, content);
    const adapted = await adaptStateOf2015(this.#deps.engine, roomId, type, stateKey, content, generation);
    return this.#submit(roomId, { type, sender: requester.userId, stateKey, content: adapted });
  }

  /** PUT rooms/{roomId}/redact/{eventId}/{txnId}. */
  async redact(requester: Requester, roomId: string, eventId: string, reason: string | undefined, txnId?: string): Promise<string> {
    // First of all, so that nobody learns from outside which events a room has.
    const room = await requireJoined(this.#deps, roomId, requester);
    const target = await this.#deps.engine.eventById(eventId);
    // An id from another room is as good as none (AC-03).
    if (target?.room !== room.number) throw new MatrixError('M_NOT_FOUND', 'There is no such event in this room.');
    if (requester.isSuspended === true && target.sender !== requester.user) throw new MatrixError('M_USER_SUSPENDED');
    const intent: Intent = {
      type: 'm.room.redaction',
      sender: requester.userId,
      content: reason === undefined ? {} : { reason },
      redacts: eventId,
    };
    return this.#submit(
      roomId,
      txnId === undefined ? intent : { ...intent, transaction: transaction(requester, roomId, `redact/${eventId}`, txnId) },
    );
  }

  /** Clients may also send the redaction event itself; `redacts` then is in the body. */
  #redactionBySending(requester: Requester, roomId: string, content: JsonObject, txnId: string | undefined): Promise<string> {
    const target = content['redacts'];
    if (typeof target !== 'string') throw new MatrixError('M_BAD_JSON', 'A redaction needs the id of its event in redacts.');
    const reason = content['reason'];
    return this.redact(requester, roomId, target, typeof reason === 'string' ? reason : undefined, txnId);
  }

  async #submit(roomId: string, intent: Intent): Promise<string> {
    return eventIdOf(await this.#deps.engine.submit(roomId, intent));
  }
}

function eventIdOf({ record }: Submitted): string {
  return record.event.eventId;
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
