import { delayedScope } from '../client-events/store.ts';
import type { Intent, RoomEngine, Submitted } from '../engine/engine.ts';
import { MatrixError } from '../http/errors.ts';
import type { Requester } from '../http/route.ts';
import { type DelayedRow, finalising, namingEvent, outcomes } from './store.ts';
import type { Clock } from '@hearth/kit';
import type { JsonObject } from '@hearth/protocol';
import { type Database, type Statement, WriteRefused } from '@hearth/storage';

/** An event whose time has come, for the part of the server that sends events. */
export type DueEvent = {
  readonly roomId: string;
  readonly type: string;
  readonly stateKey: string | undefined;
  readonly content: JsonObject;
  readonly stickyMs: number | undefined;
};

export type DeliveryDeps = {
  readonly database: Database;
  readonly engine: RoomEngine;
  readonly clock: Clock;
  /** Whether an account is held back by nobody: who may not speak now does not by having spoken earlier. */
  readonly mayAct: (userId: string) => Promise<boolean>;
  /** Sends an event as if its user did so now, once for a transaction, with further rows in the same commit. */
  readonly submit: (requester: Requester, event: DueEvent, once: Pick<Intent, 'transaction' | 'also'>) => Promise<Submitted>;
};

/** Turns what was scheduled into an event. */
export class Delivery {
  readonly #deps: DeliveryDeps;

  constructor(deps: DeliveryDeps) {
    this.#deps = deps;
  }

  /** Sends it, and notes so in the same commit. Does nothing if it is scheduled no more. Throws what sending throws; then it stays. */
  async send(row: DelayedRow): Promise<void> {
    if (await this.cancelIfOvertaken(row)) return;
    const { engine, clock } = this.#deps;
    const room = await engine.roomByNumber(row.room);
    if (!room) throw new MatrixError('M_NOT_FOUND', 'The room of this delayed event is not here any more.');
    const event: DueEvent = {
      roomId: room.roomId,
      type: row.type,
      stateKey: row.state_key ?? undefined,
      content: JSON.parse(row.content) as JsonObject,
      stickyMs: row.sticky_ms ?? undefined,
    };
    // It keeps the event from being sent twice, also by two nodes or after a crash.
    const transaction = { user: row.usr, deviceId: '', scope: delayedScope, txnId: row.delay_id };
    const sent = finalising(row.delay_id, outcomes.sent, clock.now());
    try {
      const { record } = await this.#deps.submit(await this.#sender(row), event, { transaction, also: { statements: [sent], stream: [] } });
      // Where the room had this state already, there was nothing to commit with.
      await this.#finalise(sent);
      await this.#write(namingEvent(row.delay_id, record.event.eventId));
    } catch (error) {
      if (!isGuard(error)) throw error;
    }
  }

  /** Notes that it could not be sent, and why. */
  async fail({ delay_id }: DelayedRow, error: MatrixError): Promise<void> {
    await this.#finalise(finalising(delay_id, outcomes.failed, this.#deps.clock.now(), JSON.stringify(error.body())));
  }

  /** A state event is cancelled when somebody else has set that state since it was scheduled. */
  async cancelIfOvertaken(row: DelayedRow): Promise<boolean> {
    if (row.state_key === null) return false;
    const { engine, clock } = this.#deps;
    const room = await engine.roomByNumber(row.room);
    const current = room && (await engine.currentState(room).get(row.type, row.state_key));
    if (!current || current.number === row.replaced || current.sender === row.usr) return false;
    await this.#finalise(finalising(row.delay_id, outcomes.cancelled, clock.now()));
    return true;
  }

  async #sender({ usr }: DelayedRow): Promise<Requester> {
    const userId = await this.#deps.engine.userId(usr);
    if (!(await this.#deps.mayAct(userId)))
      throw new MatrixError('M_FORBIDDEN', 'The account that this event is of is suspended, locked or gone.');
    return { userId, user: usr, deviceId: '', isGuest: false, isAdmin: false };
  }

  async #finalise(statement: Statement): Promise<void> {
    await this.#write(statement).catch((error: unknown) => {
      if (!isGuard(error)) throw error;
    });
  }

  async #write(statement: Statement): Promise<void> {
    await this.#deps.database.write({ claims: [], statements: [statement], stream: [] });
  }
}

function isGuard(error: unknown): boolean {
  return error instanceof WriteRefused && error.why === 'guard';
}
