import { LRUCache } from 'lru-cache';

import { MatrixError } from '../http/errors.ts';
import type { DraftDeps } from './draft-deps.ts';
import { Draft } from './draft.ts';
import { PendingRoom } from './pending-room.ts';
import type { Extremity, RoomHead } from './room-head.ts';
import { type Built, RoomQueue } from './room-queue.ts';
import type { Soon } from './soon.ts';
import { extremityEvents, roomById, roomByNumber, type RoomRow } from './store.ts';
import { roomVersionRules } from '@hearth/protocol';
import type { Database } from '@hearth/storage';

/** Rooms whose head and queue are kept in memory when nothing happens in them. */
const roomsMax = 20_000;

/** How often a reader looks again at a room that others write to all the time; then what was read last will do. */
const readAgainMax = 3;

type Loading = { head: Promise<RoomHead | undefined>; outdated: boolean };
type OpenRoom = { readonly queue: RoomQueue; readonly pending: PendingRoom };

/** The rooms that this process knows: their heads and their queues. */
export class Rooms {
  readonly #deps: DraftDeps;
  readonly #open = new LRUCache<number, OpenRoom>({ max: roomsMax });
  /** Queues with work are held here, so that no second queue for a room comes into being when the cache is full. */
  readonly #busy = new Map<number, OpenRoom>();
  readonly #numbers = new LRUCache<string, number>({ max: roomsMax });
  /** Heads that are being read for readers; one that is written to meanwhile is read again. */
  readonly #loading = new Map<number, Loading>();

  constructor(deps: DraftDeps) {
    this.#deps = deps;
  }

  /** The committed head of a room. */
  head(room: number): Soon<RoomHead | undefined> {
    return this.#known(room)?.queue.committedHead ?? this.#loadedHead(room);
  }

  #loadedHead(room: number): Promise<RoomHead | undefined> {
    const underWay = this.#loading.get(room);
    if (underWay) return underWay.head;
    const loading: Loading = { head: Promise.resolve(undefined), outdated: false };
    this.#loading.set(room, loading);
    loading.head = this.#load(room, loading).finally(() => this.#loading.delete(room));
    return loading.head;
  }

  async #load(room: number, loading: Loading): Promise<RoomHead | undefined> {
    for (let attempt = 0; ; attempt += 1) {
      loading.outdated = false;
      const head = await loadHead(this.#deps.database, room);
      const open = this.#known(room);
      // What the room's queue knows is newer than what was read before it.
      if (open?.queue.committedHead) return open.queue.committedHead;
      if (loading.outdated && attempt < readAgainMax) continue;
      if (head && !loading.outdated) {
        if (open) open.queue.learn(head);
        else this.#keep(head);
      }
      return head;
    }
  }

  headById(roomId: string): Soon<RoomHead | undefined> {
    const number = this.#numbers.get(roomId);
    return number === undefined ? this.#readHeadById(roomId) : this.head(number);
  }

  async #readHeadById(roomId: string): Promise<RoomHead | undefined> {
    const row = await this.#deps.database.reader.first(roomById, [roomId]);
    if (!row) return undefined;
    this.#numbers.set(roomId, row.number);
    return this.head(row.number);
  }

  /** A room that was just created here. */
  created(head: RoomHead): void {
    this.#keep(head);
    this.#numbers.set(head.roomId, head.number);
  }

  /** The room was deleted. */
  forget(room: number): void {
    this.invalidate(room);
    this.#open.delete(room);
    for (const [roomId, number] of this.#numbers) if (number === room) this.#numbers.delete(roomId);
  }

  /** Another node wrote to the room. */
  invalidate(room: number): void {
    const loading = this.#loading.get(room);
    if (loading) loading.outdated = true;
    this.#known(room)?.queue.invalidate();
  }

  /** Runs `work` on a draft in the room's order and commits what it appended. */
  async write<Result>(
    room: number,
    work: (draft: Draft) => Promise<Result>,
  ): Promise<{ readonly result: Result; readonly position: number }> {
    const open = this.#known(room) ?? this.#add(room, undefined);
    this.#busy.set(room, open);
    const { result, committed } = await open.queue.submit((head) => this.#build(open, head, work));
    return { result, position: committed.entries.at(-1)?.position ?? 0 };
  }

  async drain(): Promise<void> {
    await Promise.all([...this.#busy.values()].map((open) => open.queue.drain()));
  }

  async #build<Result>(open: OpenRoom, head: RoomHead, work: (draft: Draft) => Promise<Result>): Promise<Built<Result>> {
    const { states, events } = this.#deps;
    const state = await states.view(head.number, head.state, open.pending);
    if (!state) throw new Error(`room ${head.roomId} lacks its state ${head.state}`);
    const draft = new Draft(this.#deps, head, state, open.pending);
    const giveUp = (): void => open.pending.dropFrom(head.nextNumber, draft.records);
    let result: Result;
    try {
      result = await work(draft);
      await draft.claimWhenChanged();
    } catch (error) {
      giveUp();
      throw error;
    }
    const write = draft.finish();
    if (!write) {
      giveUp();
      return { result, write, head, committed: () => undefined };
    }
    const committed = (): void => {
      states.committed(head.number, draft.newNodes);
      for (const record of [...draft.records, ...draft.redacted]) events.publish(record);
      open.pending.committed(draft.head.nextNumber, draft.records);
    };
    return { result, write, head: draft.head, committed };
  }

  /** The one queue of a room: of those that do something, or of those that lately did. */
  #known(room: number): OpenRoom | undefined {
    return this.#busy.get(room) ?? this.#open.get(room);
  }

  #keep(head: RoomHead): void {
    this.#add(head.number, head);
  }

  #add(room: number, head: RoomHead | undefined): OpenRoom {
    const pending = new PendingRoom();
    const deps = {
      loadHead: () => loadHead(this.#deps.database, room),
      write: this.#deps.database.write.bind(this.#deps.database),
      discardUncommitted: () => pending.clear(),
      idle: () => {
        this.#busy.delete(room);
        this.#open.set(room, open);
      },
    };
    const open: OpenRoom = { queue: new RoomQueue(deps, head), pending };
    this.#open.set(room, open);
    return open;
  }
}

async function loadHead(database: Database, room: number): Promise<RoomHead | undefined> {
  const row = await database.reader.first(roomByNumber, [room]);
  return row && headOf(database, row);
}

async function headOf(database: Database, row: RoomRow): Promise<RoomHead> {
  const rules = roomVersionRules(row.version);
  if (!rules) throw new MatrixError('M_UNKNOWN', `This server does not know room version ${row.version}.`);
  const numbers = JSON.parse(row.extremities) as number[];
  const events = new Map((await database.reader.all(extremityEvents, [numbers])).map((event) => [event.number, event]));
  return {
    number: row.number,
    roomId: row.room_id,
    rules,
    revision: row.revision,
    state: row.current_state,
    nextNumber: row.next_number,
    depth: row.depth,
    extremities: numbers.map((number) => extremity(number, events.get(number))),
    countable: row.countable,
    joinedMembers: row.joined_members,
    invitedMembers: row.invited_members,
  };
}

function extremity(number: number, row: { event_id: string; state_after: number } | undefined): Extremity {
  if (!row) throw new Error(`event ${number}, the end of a room, is missing`);
  return { number, eventId: row.event_id, state: row.state_after };
}
