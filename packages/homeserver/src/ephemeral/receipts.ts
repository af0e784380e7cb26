import type { Clock } from '@hearth/kit';
import type { JsonObject } from '@hearth/protocol';
import { type Database, type Statement, streamKinds, type StreamRow } from '@hearth/storage';
import type { RoomEngine } from '../engine/engine.ts';
import type { EventRecord } from '../engine/event-record.ts';
import { MatrixError } from '../http/errors.ts';
import type { Requester } from '../http/route.ts';
import type { SyncAnswer, SyncContext, SyncSection } from '../streams/stream.ts';
import type { UserRooms } from '../streams/user-rooms.ts';
import { readChangedReceipts, readPrivateReceiptRooms, readPrivateReceipts, readReceipt, readReceipts, type ReceiptRow, receiptRow } from './store.ts';

const receiptTypes: ReadonlySet<string> = new Set(['m.read', 'm.read.private', 'm.fully_read']);

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
    if (!receiptTypes.has(type)) throw new MatrixError('M_INVALID_PARAM', `${JSON.stringify(type)} is no type of receipt.`);
    if (threadId === '') throw new MatrixError('M_INVALID_PARAM', 'thread_id must not be empty.');
    if (type === 'm.fully_read' && threadId !== undefined) throw new MatrixError('M_INVALID_PARAM', 'm.fully_read has no threads.');
    await this.markers(requester, roomId, { [type]: eventId }, threadId);
  }

  /** POST rooms/{roomId}/read_markers: any of the three at once, in one commit. */
  async markers(requester: Requester, roomId: string, markers: Readonly<Record<string, string | undefined>>, threadId?: string): Promise<void> {
    const room = await this.#joinedRoom(requester, roomId);
    const statements: Statement[] = [];
    const stream: StreamRow[] = [];
    for (const [type, eventId] of Object.entries(markers)) {
      if (eventId === undefined) continue;
      const rows = await this.#rows(requester, room, type, eventId, threadId ?? '');
      statements.push(...rows.statements);
      stream.push(...rows.stream);
    }
    if (statements.length > 0) await this.#deps.database.write({ claims: [], statements, stream });
  }

  /** `m.receipt` in /sync. */
  readonly section: SyncSection = {
    name: 'receipts',
    collect: async (context, answer) => {
      for (const room of context.whole) await this.#addAll(room, context, answer);
      for (const room of context.changed) if (!context.whole.has(room)) await this.#addChanged(room, context, answer);
      if (context.ownChanged && !context.window.initial) await this.#addPrivate(context, answer);
    },
  };

  async #rows(requester: Requester, room: number, type: string, eventId: string, thread: string): Promise<Rows> {
    const record = await this.#eventIn(room, eventId);
    if (!record) {
      if (type === 'm.fully_read') return this.#deps.accountDataChange(requester.user, room, type, { event_id: eventId });
      throw new MatrixError('M_NOT_FOUND', 'There is no such event in this room.');
    }
    if (type === 'm.fully_read') return this.#deps.accountDataChange(requester.user, room, type, { event_id: eventId });
    if (await this.#isOlder(record, requester.user, type, thread)) return nothing;
    const statement = receiptRow({
      room,
      user: requester.user,
      type,
      thread,
      event: record.number,
      eventId,
      countable: record.countable,
      ts: this.#deps.clock.now(),
    });
    const audience: StreamRow =
      type === 'm.read.private'
        ? { kind: streamKinds.privateReceipt, room: null, usr: requester.user, subject: room, detail: thread }
        : { kind: streamKinds.receipt, room, usr: null, subject: requester.user, detail: type };
    return { statements: [statement], stream: [audience] };
  }

  /** A receipt never goes back. */
  async #isOlder(record: EventRecord, user: number, type: string, thread: string): Promise<boolean> {
    const before = await readReceipt(this.#deps.database.reader, record.room, user, type, thread);
    const known = before === undefined ? undefined : await this.#deps.engine.event(before);
    if (!known) return false;
    return known.event.depth > record.event.depth || (known.event.depth === record.event.depth && known.number >= record.number);
  }

  async #eventIn(room: number, eventId: string): Promise<EventRecord | undefined> {
    const record = await this.#deps.engine.eventById(eventId);
    return record?.room === room && record.inTimeline ? record : undefined;
  }

  async #joinedRoom(requester: Requester, roomId: string): Promise<number> {
    const room = await this.#deps.engine.room(roomId);
    const membership = room && (await this.#deps.userRooms.of(requester.user)).get(room.number)?.membership;
    if (!room || membership !== 'join') throw new MatrixError('M_FORBIDDEN', 'You are not in this room, or it does not exist.');
    return room.number;
  }

  async #addAll(room: number, { requester }: SyncContext, answer: SyncAnswer): Promise<void> {
    const { reader } = this.#deps.database;
    await this.#add(room, [...(await readReceipts(reader, room)), ...(await readPrivateReceipts(reader, room, requester.user))], answer);
  }

  async #addChanged(room: number, { window }: SyncContext, answer: SyncAnswer): Promise<void> {
    await this.#add(room, await readChangedReceipts(this.#deps.database.reader, room, window.since, window.upTo), answer);
  }

  async #addPrivate({ requester, window, joined, whole }: SyncContext, answer: SyncAnswer): Promise<void> {
    const { reader } = this.#deps.database;
    for (const room of await readPrivateReceiptRooms(reader, requester.user, window.since, window.upTo)) {
      if (joined.has(room) && !whole.has(room)) await this.#add(room, await readPrivateReceipts(reader, room, requester.user), answer);
    }
  }

  async #add(room: number, rows: readonly ReceiptRow[], answer: SyncAnswer): Promise<void> {
    if (rows.length === 0) return;
    const userIds = await this.#deps.engine.userIds(rows.map((row) => row.usr));
    const content: Record<string, Record<string, Record<string, JsonObject>>> = Object.create(null) as never;
    for (const [index, row] of rows.entries()) {
      const ofEvent = (content[row.event_id] ??= Object.create(null) as never);
      const ofType = (ofEvent[row.type] ??= Object.create(null) as never);
      ofType[userIds[index] as string] = row.thread === '' ? { ts: row.ts } : { ts: row.ts, thread_id: row.thread };
    }
    answer.addEphemeral(room, { type: 'm.receipt', content });
  }
}

const nothing: Rows = { statements: [], stream: [] };
