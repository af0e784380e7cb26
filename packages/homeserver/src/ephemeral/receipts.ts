import { isInThread } from '../client-events/thread-of.ts';
import type { RoomEngine } from '../engine/engine.ts';
import type { EventRecord } from '../engine/event-record.ts';
import { isAfter } from '../engine/timeline-order.ts';
import { MatrixError } from '../http/errors.ts';
import type { Requester } from '../http/route.ts';
import type { UserRooms } from '../streams/user-rooms.ts';
import { clearExceptions, readReceipt, receiptRow } from './store.ts';
import type { Clock } from '@hearth/kit';
import type { JsonObject } from '@hearth/protocol';
import { type Database, type Statement, streamKinds, type StreamRow } from '@hearth/storage';

const receiptTypes = ['m.fully_read', 'm.read', 'm.read.private'] as const;
export type ReceiptType = (typeof receiptTypes)[number];

/** Greatest length of a thread id, which is an event id or `main`. */
const threadIdMax = 255;

type Rows = { readonly statements: readonly Statement[]; readonly stream: readonly StreamRow[] };

export type ReceiptsDeps = {
  readonly database: Database;
  readonly engine: RoomEngine;
  readonly clock: Clock;
  readonly userRooms: UserRooms;
  /** Rows that store room account data: `m.fully_read` is kept there. */
  readonly accountDataChange: (user: number, room: number, type: string, content: JsonObject) => Rows;
};

/** How far people have read. */
export class Receipts {
  readonly #deps: ReceiptsDeps;

  constructor(deps: ReceiptsDeps) {
    this.#deps = deps;
  }

  /** POST rooms/{roomId}/receipt/{receiptType}/{eventId}. */
  async receipt(requester: Requester, roomId: string, type: string, eventId: string, threadId: string | undefined): Promise<void> {
    if (!isReceiptType(type)) throw new MatrixError('M_INVALID_PARAM', `${JSON.stringify(type)} is no type of receipt.`);
    if (threadId !== undefined && type === 'm.fully_read') throw new MatrixError('M_INVALID_PARAM', 'm.fully_read has no threads.');
    if (threadId === '' || (threadId?.length ?? 0) > threadIdMax)
      throw new MatrixError('M_INVALID_PARAM', 'thread_id must be "main" or an event id.');
    await this.markers(requester, roomId, { [type]: eventId }, threadId);
  }

  /** POST rooms/{roomId}/read_markers: any of the three at once, in one commit. */
  async markers(
    requester: Requester,
    roomId: string,
    markers: Partial<Record<ReceiptType, string | undefined>>,
    threadId?: string,
  ): Promise<void> {
    const room = await this.#joinedRoom(requester, roomId);
    const statements: Statement[] = [];
    const stream: StreamRow[] = [];
    for (const type of receiptTypes) {
      const eventId = markers[type];
      if (eventId === undefined) continue;
      const rows = await this.#rows(requester, type, await this.#eventIn(room, eventId), threadId ?? '');
      statements.push(...rows.statements);
      stream.push(...rows.stream);
    }
    if (statements.length > 0) await this.#deps.database.write({ claims: [], statements, stream });
  }

  async #rows(requester: Requester, type: ReceiptType, record: EventRecord, thread: string): Promise<Rows> {
    const { engine, database, clock, accountDataChange } = this.#deps;
    const { room, number: event, countable } = record;
    if (thread !== '' && !(await isInThread(engine, record, thread)))
      throw new MatrixError('M_INVALID_PARAM', 'The event is not part of that thread.');
    const before = await readReceipt(database.reader, room, requester.user, type, thread);
    if (await this.#isBehind(record, before)) return nothing;
    const { eventId } = record.event;
    const row = receiptRow({ room, user: requester.user, type, thread, event, eventId, countable, ts: clock.now() });
    if (type === 'm.fully_read') {
      const marker = accountDataChange(requester.user, room, type, { event_id: eventId });
      return { statements: [row, ...marker.statements], stream: marker.stream };
    }
    const audience: StreamRow =
      type === 'm.read.private'
        ? { kind: streamKinds.privateReceipt, room: null, usr: requester.user, subject: room, detail: thread }
        : { kind: streamKinds.receipt, room, usr: null, subject: requester.user, detail: type };
    // Mentions that were read are counted no more: their rows need not be kept.
    const clear = thread === '' ? [clearExceptions(room, requester.user, countable)] : [];
    return { statements: [row, ...clear], stream: [audience] };
  }

  /** A receipt never goes back. */
  async #isBehind(record: EventRecord, before: number | undefined): Promise<boolean> {
    const known = before === undefined ? undefined : await this.#deps.engine.event(before);
    return known !== undefined && !isAfter(record, known);
  }

  /** The same words for an event that there is not and for one of another room (AC-03). */
  async #eventIn(room: number, eventId: string): Promise<EventRecord> {
    const record = await this.#deps.engine.eventById(eventId);
    if (record?.room !== room || !record.inTimeline) throw new MatrixError('M_NOT_FOUND', 'There is no such event in this room.');
    return record;
  }

  async #joinedRoom(requester: Requester, roomId: string): Promise<number> {
    const room = await this.#deps.engine.room(roomId);
    const membership = room && (await this.#deps.userRooms.of(requester.user)).get(room.number)?.membership;
    if (!room || membership !== 'join') throw new MatrixError('M_FORBIDDEN', 'You are not in this room, or it does not exist.');
    return room.number;
  }
}

function isReceiptType(type: string): type is ReceiptType {
  return (receiptTypes as readonly string[]).includes(type);
}

const nothing: Rows = { statements: [], stream: [] };
