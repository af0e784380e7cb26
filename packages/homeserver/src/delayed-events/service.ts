import type { RoomEngine } from '../engine/engine.ts';
import { MatrixError } from '../http/errors.ts';
import type { Requester } from '../http/route.ts';
import type { UserRooms } from '../streams/user-rooms.ts';
import type { Delivery } from './delivery.ts';
import type { DueEvents } from './due-events.ts';
import {
  countScheduled,
  delayedInsertion,
  type DelayedRow,
  finalisedDeletion,
  finalising,
  hasFinalisedBefore,
  outcomes,
  readDelayed,
  readDelayedOf,
  readDelayedOfRequest,
  restarting,
} from './store.ts';
import type { Clock, Random } from '@hearth/kit';
import { fieldBytesMax, fitsInBytes, jsonObject, type JsonObject, pduBytesMax } from '@hearth/protocol';
import { type Database, type Statement, WriteRefused } from '@hearth/storage';

/** How far ahead an event can be scheduled: next month is within it. */
export const delayMsMax = 31 * 24 * 60 * 60_000;
/** Events that one user may have scheduled at once. */
export const scheduledMax = 100;
/** Entries of one page of a list. */
const pageMax = 50;
/** Rows that one write forgets. */
const forgottenAtOnce = 500;
/** Random bits of an id: whoever knows it may send or cancel its event. */
const idBits = 192;

/** An event as it was asked for. */
export type ToSchedule = {
  readonly roomId: string;
  readonly type: string;
  /** Present (also as '') for state events. */
  readonly stateKey?: string | undefined;
  readonly content: JsonObject;
  /** Milliseconds. */
  readonly delay: number;
  readonly stickyMs?: number | undefined;
  readonly txnId?: string | undefined;
};

export type DelayedList = { readonly delayed_events: readonly JsonObject[]; readonly next_batch?: string };

export type DelayedEventsDeps = {
  readonly database: Database;
  readonly engine: RoomEngine;
  readonly userRooms: UserRooms;
  readonly clock: Clock;
  readonly random: Random;
  readonly delivery: Delivery;
  readonly due: DueEvents;
};

/** Events that are sent later (MSC4140): scheduling, listing and managing them. */
export class DelayedEvents {
  readonly #deps: DelayedEventsDeps;

  constructor(deps: DelayedEventsDeps) {
    this.#deps = deps;
  }

  /** Schedules an event and answers its delay id. The same transaction again answers the same. */
  async schedule(requester: Requester, event: ToSchedule): Promise<string> {
    const { clock, random, due } = this.#deps;
    checkDelay(event.delay);
    const content = checkedContent(event);
    const request = event.txnId === undefined ? null : JSON.stringify([requester.deviceId, event.roomId, event.type, event.txnId]);
    const repeated = await this.#scheduledBefore(requester, request);
    if (repeated !== undefined) return repeated;
    const { room, replaced } = await this.#place(requester, event);
    await this.#refuseSurplus(requester);
    const now = clock.now();
    const row = {
      delay_id: random.token(idBits),
      usr: requester.user,
      room,
      type: event.type,
      state_key: event.stateKey ?? null,
      content,
      sticky_ms: event.stickyMs ?? null,
      delay: event.delay,
      running_since: now,
      send_ts: now + event.delay,
      replaced,
    };
    try {
      await this.#write(delayedInsertion(row, request));
    } catch (error) {
      const first = error instanceof WriteRefused ? await this.#scheduledBefore(requester, request) : undefined;
      if (first === undefined) throw error;
      return first;
    }
    due.expect(row.send_ts);
    return row.delay_id;
  }

  /** What the requester has scheduled, or has had of it that is sent, cancelled or failed, by the time at which it is due. */
  async list({ user }: Requester, finalised: boolean, from: string | undefined): Promise<DelayedList> {
    const after = from === undefined ? { afterTs: -1, afterId: '' } : parseFrom(from);
    const rows = await readDelayedOf(this.#deps.database.reader, user, { finalised, ...after, limit: pageMax + 1 });
    const page = rows.slice(0, pageMax);
    const shown: JsonObject[] = [];
    for (const row of page) if (finalised || !(await this.#deps.delivery.cancelIfOvertaken(row))) shown.push(await this.#shown(row));
    const last = rows.length > pageMax ? page.at(-1) : undefined;
    return { delayed_events: shown, ...(last && { next_batch: `${last.send_ts}.${last.delay_id}` }) };
  }

  /** One of the requester's own. */
  async one({ user }: Requester, delayId: string): Promise<JsonObject> {
    const row = await readDelayed(this.#deps.database.reader, delayId);
    if (row?.usr !== user) throw noSuch();
    return this.#shown(row);
  }

  /** Starts the delay anew. */
  async restart(delayId: string): Promise<void> {
    const { clock, due } = this.#deps;
    const row = await this.#row(delayId);
    const now = clock.now();
    if (row.outcome !== outcomes.scheduled || !(await this.#isDone(restarting(delayId, now)))) throw conflict(delayId);
    due.expect(now + row.delay);
  }

  async cancel(delayId: string): Promise<void> {
    const { outcome } = await this.#row(delayId);
    if (outcome === outcomes.scheduled && (await this.#isDone(finalising(delayId, outcomes.cancelled, this.#deps.clock.now())))) return;
    if ((await this.#row(delayId)).outcome === outcomes.sent) throw conflict(delayId);
  }

  /** Sends it now. If that fails it stays scheduled. */
  async send(delayId: string): Promise<void> {
    const row = await this.#row(delayId);
    if (row.outcome === outcomes.scheduled) await this.#deps.delivery.send(row);
    if ((await this.#row(delayId)).outcome !== outcomes.sent) throw conflict(delayId);
  }

  /** Forgets some of what was finalised before a time; false when there is none. */
  async forgetBefore(ts: number): Promise<boolean> {
    if (!(await hasFinalisedBefore(this.#deps.database.reader, ts))) return false;
    await this.#write(finalisedDeletion(ts, forgottenAtOnce));
    return true;
  }

  async #row(delayId: string): Promise<DelayedRow> {
    const row = await readDelayed(this.#deps.database.reader, delayId);
    if (!row) throw noSuch();
    return row;
  }

  async #write(statement: Statement): Promise<void> {
    await this.#deps.database.write({ claims: [], statements: [statement], stream: [] });
  }

  /** False if the event is scheduled no more. */
  async #isDone(statement: Statement): Promise<boolean> {
    try {
      await this.#write(statement);
      return true;
    } catch (error) {
      if (error instanceof WriteRefused && error.why === 'guard') return false;
      throw error;
    }
  }

  async #scheduledBefore({ user }: Requester, request: string | null): Promise<string | undefined> {
    if (request === null) return undefined;
    return (await readDelayedOfRequest(this.#deps.database.reader, user, request))?.delay_id;
  }

  /** The room, and the state event that is there now. What the sender may do there counts only when the event is sent. */
  async #place({ user }: Requester, { roomId, type, stateKey }: ToSchedule): Promise<{ readonly room: number; readonly replaced: number }> {
    const { engine, userRooms } = this.#deps;
    const room = await engine.room(roomId);
    const membership = room && (await userRooms.of(user)).get(room.number)?.membership;
    if (!room || membership !== 'join') throw new MatrixError('M_FORBIDDEN', 'You are not in this room, or it does not exist.');
    const replaced = stateKey === undefined ? undefined : await engine.currentState(room).get(type, stateKey);
    return { room: room.number, replaced: replaced?.number ?? 0 };
  }

  async #refuseSurplus({ user }: Requester): Promise<void> {
    const { count, next } = await countScheduled(this.#deps.database.reader, user);
    if (count < scheduledMax) return;
    const waitMs = Math.max(1000, (next ?? 0) - this.#deps.clock.now());
    throw new MatrixError('M_LIMIT_EXCEEDED', `You have ${scheduledMax} delayed events, which is as many as there can be.`, {
      extra: { retry_after_ms: waitMs },
    });
  }

  async #shown(row: DelayedRow): Promise<JsonObject> {
    const room = await this.#deps.engine.roomByNumber(row.room);
    return jsonObject({
      delay_id: row.delay_id,
      room_id: room?.roomId,
      type: row.type,
      state_key: row.state_key ?? undefined,
      delay: row.delay,
      running_since: row.running_since,
      content: JSON.parse(row.content) as JsonObject,
      event_id: row.event_id ?? undefined,
      origin_server_ts: row.finalised_ts ?? undefined,
      error: row.error === null ? undefined : (JSON.parse(row.error) as JsonObject),
    });
  }
}

function checkDelay(delay: number): void {
  if (delay <= 0) throw new MatrixError('M_INVALID_PARAM', 'The delay must be a positive number of milliseconds.');
  if (delay <= delayMsMax) return;
  // Clients of today look for the names that the proposal had before it was accepted.
  const extra = { max_delay: delayMsMax, 'org.matrix.msc4140.errcode': 'M_MAX_DELAY_EXCEEDED', 'org.matrix.msc4140.max_delay': delayMsMax };
  throw new MatrixError('M_MAX_DELAY_EXCEEDED', `An event can be delayed by at most ${delayMsMax} milliseconds.`, { extra });
}

/** What could never be an event is refused now, not when its time has come. */
function checkedContent({ type, stateKey = '', content }: ToSchedule): string {
  for (const name of [type, stateKey]) {
    if (!fitsInBytes(name, fieldBytesMax)) throw new MatrixError('M_TOO_LARGE', `A type or state key has at most ${fieldBytesMax} bytes.`);
    if (name.includes('\0')) throw new MatrixError('M_INVALID_PARAM', 'The type or state key of a delayed event must not have U+0000.');
  }
  const text = JSON.stringify(content);
  if (Buffer.byteLength(text) > pduBytesMax) throw new MatrixError('M_TOO_LARGE', `An event has at most ${pduBytesMax} bytes.`);
  return text;
}

function parseFrom(from: string): { readonly afterTs: number; readonly afterId: string } {
  const [, ts, id] = /^(\d{1,15})\.([\w-]{1,255})$/.exec(from) ?? [];
  if (ts === undefined || id === undefined) throw new MatrixError('M_INVALID_PARAM', 'The token in from is not valid.');
  return { afterTs: Number(ts), afterId: id };
}

function noSuch(): MatrixError {
  return new MatrixError('M_NOT_FOUND', 'There is no such delayed event.');
}

function conflict(delayId: string): MatrixError {
  return new MatrixError('M_UNKNOWN', `The delayed event ${delayId} has been sent or cancelled already.`, { status: 409 });
}
