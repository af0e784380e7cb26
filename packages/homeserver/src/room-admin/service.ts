import type { Domains } from '../domains.ts';
import type { RoomEngine } from '../engine/engine.ts';
import type { RoomHead } from '../engine/room-head.ts';
import { MatrixError } from '../http/errors.ts';
import { jobRow } from '../jobs/enqueue.ts';
import { keeperJob, requireKeepable } from './keep.ts';
import {
  blockRow,
  countMessagesBefore,
  keptDeletion,
  keptRow,
  readIsBlocked,
  readIsKept,
  readRoomsAfter,
  readTasks,
  unblocking,
} from './store.ts';
import { numberIn, type ShownTask, taskKinds, textIn } from './tasks.ts';
import type { Clock } from '@hearth/kit';
import { type JsonObject, ownString, parseRoomId } from '@hearth/protocol';
import type { Database, Statement } from '@hearth/storage';

/** Rooms in one answer. */
const pageSize = 500;
/** Tasks that may wait or be under way at once. */
const tasksMax = 1_000;

export type RoomAdminDeps = {
  readonly database: Database;
  readonly engine: RoomEngine;
  readonly clock: Clock;
  readonly domains: Domains;
  /** Says that there is a new job; does nothing where nobody runs jobs. */
  readonly pokeJobs: () => void;
};

export type ListedRoom = { readonly room_id: string; readonly version: string; readonly joined_members: number; readonly blocked: boolean };
export type ShownRoom = {
  readonly room_id: string;
  /** Absent where the server does not have the room. */
  readonly version?: string;
  readonly joined_members?: number;
  readonly invited_members?: number;
  readonly name?: string | undefined;
  readonly canonical_alias?: string | undefined;
  readonly creator?: string | undefined;
  readonly blocked: boolean;
  /** Absent where the server does not have the room. */
  readonly kept?: boolean;
  readonly tasks: readonly ShownTask[];
};

/** Up to where a history is purged: an event, or a time. */
export type PurgeLimit = { readonly eventId: string } | { readonly ts: number };

/** What operators do to rooms. All of it is a row: the work is done by jobs, in parts, and goes on after a crash. */
export class RoomAdmin {
  readonly #deps: RoomAdminDeps;

  constructor(deps: RoomAdminDeps) {
    this.#deps = deps;
  }

  /** A page of rooms after a number; `next` is absent after the last. */
  async list(after: number): Promise<{ readonly rooms: readonly ListedRoom[]; readonly next?: number }> {
    const rows = await readRoomsAfter(this.#deps.database.reader, after, pageSize);
    const rooms = rows.map(({ room_id, version, joined, blocked }) => ({
      room_id,
      version,
      joined_members: joined,
      blocked: blocked === 1,
    }));
    const last = rows.at(-1);
    return { rooms, ...(last === undefined ? {} : { next: last.number }) };
  }

  async show(roomId: string): Promise<ShownRoom> {
    const { database, engine } = this.#deps;
    const room = await engine.room(roomId);
    const [blocked, tasks] = [await readIsBlocked(database.reader, roomId), await this.#tasksOf(roomId)];
    if (!room) {
      if (!blocked && tasks.length === 0) throw notHere(roomId);
      return { room_id: roomId, blocked, tasks };
    }
    const [create, name, alias] = await engine.currentState(room).getMany([
      ['m.room.create', ''],
      ['m.room.name', ''],
      ['m.room.canonical_alias', ''],
    ]);
    return {
      room_id: roomId,
      version: room.rules.version,
      joined_members: room.joinedMembers,
      invited_members: room.invitedMembers,
      name: name && ownString(name.event.content, 'name'),
      canonical_alias: alias && ownString(alias.event.content, 'alias'),
      creator: create?.event.sender,
      blocked,
      kept: await readIsKept(database.reader, room.number),
      tasks,
    };
  }

  /** For whoever lets people into rooms. */
  readonly isBlocked = (roomId: string): Promise<boolean> => readIsBlocked(this.#deps.database.reader, roomId);

  /** Nobody of this server comes into the room any more; whoever is in stays. The room need not be here. */
  async block(roomId: string): Promise<void> {
    if (!parseRoomId(roomId)) throw new MatrixError('M_INVALID_PARAM', `${JSON.stringify(roomId)} is not a room id.`);
    await this.#deps.database.write({ claims: [], statements: [blockRow(roomId, this.#deps.clock.now())], stream: [] });
  }

  async unblock(roomId: string): Promise<void> {
    await this.#deps.database.write({ claims: [], statements: [unblocking(roomId)], stream: [] });
  }

  /**
   * A user of the server's own stays in the room, so that its history is here for everybody also when all people of this server have left
   * (a17). What would take the history away is refused until `unkeep`.
   */
  async keep(roomId: string): Promise<void> {
    const { database, engine, domains, clock } = this.#deps;
    const room = await this.#room(roomId);
    await requireKeepable(engine, room, domains.first);
    await this.#refuseSecondTask(roomId);
    if (await readIsBlocked(database.reader, roomId)) throw new MatrixError('M_UNKNOWN', `${roomId} is blocked: nobody comes in.`);
    await this.#withKeeper(room, keptRow(room.number, clock.now()));
  }

  async unkeep(roomId: string): Promise<void> {
    const room = await this.#room(roomId);
    await this.#withKeeper(room, keptDeletion(room.number));
  }

  async #withKeeper({ number }: RoomHead, change: Statement): Promise<void> {
    const { database, clock, pokeJobs } = this.#deps;
    const job = await jobRow(database, keeperJob, { room: number }, clock.now());
    await database.write({ claims: [], statements: [change, job], stream: [] });
    pokeJobs();
  }

  /** Purges what was said before an event or a time; state stays. Answers how many messages that are. `dryRun`: only that. */
  async purge(roomId: string, limit: PurgeLimit, dryRun: boolean): Promise<number> {
    const room = await this.#unkept(roomId);
    const before = await this.#before(room, limit);
    const messages = await countMessagesBefore(this.#deps.database.reader, room.number, before);
    if (!dryRun) await this.#start(roomId, 'purge', { room: room.number, roomId, ...before });
    return messages;
  }

  /** Blocks the room and takes everybody of this server out. Answers how many members it has. `dryRun`: only that. */
  async shutDown(roomId: string, reason: string | undefined, thenDelete: boolean, dryRun: boolean): Promise<number> {
    const room = await this.#unkept(roomId);
    const payload = { room: room.number, roomId, delete: thenDelete, ...(reason === undefined ? {} : { reason }) };
    if (!dryRun) await this.#start(roomId, 'shutdown', payload);
    return room.joinedMembers;
  }

  async #start(roomId: string, task: ShownTask['task'], payload: JsonObject): Promise<void> {
    const { database, clock, pokeJobs } = this.#deps;
    await this.#refuseSecondTask(roomId);
    const job = await jobRow(database, taskKinds[task], payload, clock.now());
    const block = task === 'shutdown' ? [blockRow(roomId, clock.now())] : [];
    await database.write({ claims: [], statements: [job, ...block], stream: [] });
    pokeJobs();
  }

  async #refuseSecondTask(roomId: string): Promise<void> {
    const task = (await this.#tasksOf(roomId)).find(({ failed }) => failed === undefined);
    if (task) throw new MatrixError('M_UNKNOWN', `There is a ${task.task} of ${roomId} under way already.`);
  }

  async #tasksOf(roomId: string): Promise<ShownTask[]> {
    const shown: ShownTask[] = [];
    const rows = await readTasks(this.#deps.database.reader, Object.values(taskKinds), tasksMax);
    for (const { kind, payload: text, failed_reason: failed } of rows) {
      const payload = JSON.parse(text) as JsonObject;
      const task = (['purge', 'shutdown', 'delete'] as const).find((name) => taskKinds[name] === kind);
      if (task === undefined || textIn(payload, 'roomId') !== roomId) continue;
      shown.push({ task, done: numberIn(payload, 'done'), ...(failed === null ? {} : { failed }) });
    }
    return shown;
  }

  async #before(room: RoomHead, limit: PurgeLimit): Promise<{ depth: number; number: number; ts: number }> {
    const end = Number.MAX_SAFE_INTEGER;
    if ('ts' in limit) return { depth: end, number: end, ts: limit.ts };
    const record = await this.#deps.engine.eventById(limit.eventId);
    if (record?.room !== room.number) throw new MatrixError('M_NOT_FOUND', `There is no event ${limit.eventId} in this room.`);
    return { depth: record.event.depth, number: record.number, ts: end };
  }

  async #unkept(roomId: string): Promise<RoomHead> {
    const room = await this.#room(roomId);
    if (!(await readIsKept(this.#deps.database.reader, room.number))) return room;
    throw new MatrixError('M_UNKNOWN', `${roomId} is kept. End that first: hearth room unkeep ${roomId}`);
  }

  async #room(roomId: string): Promise<RoomHead> {
    const room = await this.#deps.engine.room(roomId);
    if (!room) throw notHere(roomId);
    return room;
  }
}

function notHere(roomId: string): MatrixError {
  return new MatrixError('M_NOT_FOUND', `This server has no room ${roomId}.`);
}
