import type { RoomEngine } from '../engine/engine.ts';
import { MatrixError } from '../http/errors.ts';
import type { Requester } from '../http/route.ts';
import type { EphemeralCounter } from '../streams/ephemeral-counter.ts';
import { readMembershipEntry } from '../streams/membership-entry.ts';
import type { Notifier } from '../streams/notifier.ts';
import type { SyncSection } from '../streams/stream.ts';
import type { UserRooms } from '../streams/user-rooms.ts';
import type { TypingNews } from './typing-news.ts';
import type { Clock } from '@hearth/kit';
import { type StreamEntry, streamKinds } from '@hearth/storage';

const timeoutMsUsual = 30_000;
const timeoutMsMax = 120_000;
/** Rooms in which somebody typed lately that are remembered; the ones where nothing changed for longest go first. */
const roomsMax = 50_000;
/** People shown as typing in one room. */
const typistsMax = 200;

type TypingRoom = { position: number; readonly users: Map<number, { readonly userId: string; readonly cancel: () => void }> };

export type TypingDeps = {
  readonly engine: RoomEngine;
  readonly clock: Clock;
  readonly counter: EphemeralCounter;
  readonly notifier: Notifier;
  readonly userRooms: UserRooms;
  readonly news: TypingNews;
};

/** Who is typing where, in this process's memory; what is said at one node is told to the others. */
export class Typing {
  readonly #deps: TypingDeps;
  /** In the order of their last change, oldest first. */
  readonly #rooms = new Map<number, TypingRoom>();

  constructor(deps: TypingDeps) {
    this.#deps = deps;
  }

  /** PUT rooms/{roomId}/typing/{userId}. */
  async set(requester: Requester, roomId: string, userId: string, typing: boolean, timeoutMs?: number): Promise<void> {
    if (userId !== requester.userId) throw new MatrixError('M_FORBIDDEN', 'You can only say of yourself that you are typing.');
    const room = await this.#deps.engine.room(roomId);
    const membership = room && (await this.#deps.userRooms.of(requester.user)).get(room.number)?.membership;
    if (!room || membership !== 'join') throw new MatrixError('M_FORBIDDEN', 'You are not in this room, or it does not exist.');
    const forMs = typing ? Math.min(Math.max(timeoutMs ?? timeoutMsUsual, 0), timeoutMsMax) : 0;
    const { user } = requester;
    const isNews = typing ? this.#start(room.number, user, userId, forMs) : this.#stop(room.number, user);
    if (isNews) this.#deps.news.tell({ room: room.number, user, userId, timeoutMs: forMs });
  }

  /**
   * The `m.typing` of /sync: rooms in which it changed. A client that comes from another life of the node is told who types now; that
   * somebody stopped typing meanwhile it learns where the room has news.
   */
  readonly section: SyncSection = {
    name: 'typing',
    collect: async ({ window, joined, whole, changed }, answer) => {
      const { ephemeralSince, ephemeralUpTo, initial } = window;
      if (ephemeralUpTo <= ephemeralSince && whole.size === 0) return;
      const isForeign = ephemeralSince === 0 && !initial;
      // The smaller of the two: many rooms on the server, or many rooms of one person.
      const rooms = this.#rooms.size < joined.size && !isForeign ? this.#rooms.keys() : joined;
      for (const room of rooms) {
        if (!joined.has(room)) continue;
        const { position, users } = this.#rooms.get(room) ?? noRoom;
        const isNews = ephemeralSince > 0 && position > ephemeralSince && position <= ephemeralUpTo;
        const isTold = users.size > 0 ? isForeign || whole.has(room) : isForeign && changed.has(room);
        if (!isNews && !isTold) continue;
        answer.addEphemeral(room, { type: 'm.typing', content: { user_ids: [...users.values()].map(({ userId }) => userId) } });
      }
    },
  };

  /** A consumer of the stream: who leaves a room does not type there, and other nodes tell who types at theirs. */
  readonly consume = (entries: readonly StreamEntry[]): void => {
    for (const entry of entries) {
      if (entry.kind === streamKinds.typing) this.#heard(entry);
      if (entry.kind !== streamKinds.membership) continue;
      const { user, room, membership } = readMembershipEntry(entry);
      if (membership !== 'join') this.#stop(room, user);
    }
  };

  #heard(entry: StreamEntry): void {
    const notice = this.#deps.news.heard(entry);
    if (!notice) return;
    if (notice.timeoutMs > 0) this.#start(notice.room, notice.user, notice.userId, notice.timeoutMs);
    else this.#stop(notice.room, notice.user);
  }

  /** Whether they typed until now. */
  #stop(room: number, user: number): boolean {
    const typing = this.#rooms.get(room);
    const typist = typing?.users.get(user);
    if (!typing || !typist) return false;
    typist.cancel();
    typing.users.delete(user);
    this.#changed(room, typing);
    return true;
  }

  /** Whether there is room for one more. */
  #start(room: number, user: number, userId: string, timeoutMs: number): boolean {
    const typing = this.#room(room);
    const before = typing.users.get(user);
    before?.cancel();
    if (!before && typing.users.size >= typistsMax) return false;
    const timer = this.#deps.clock.setTimer(timeoutMs, () => this.#stop(room, user));
    typing.users.set(user, { userId, cancel: () => timer.cancel() });
    if (!before) this.#changed(room, typing);
    return true;
  }

  #changed(room: number, typing: TypingRoom): void {
    typing.position = this.#deps.counter.advance();
    this.#rooms.delete(room);
    this.#rooms.set(room, typing);
    this.#deps.notifier.wakeRoom(room);
  }

  #room(room: number): TypingRoom {
    const known = this.#rooms.get(room);
    if (known) return known;
    if (this.#rooms.size >= roomsMax) {
      const oldest = this.#rooms.keys().next();
      if (!oldest.done) this.#rooms.delete(oldest.value);
    }
    const made: TypingRoom = { position: 0, users: new Map() };
    this.#rooms.set(room, made);
    return made;
  }
}

const noRoom: TypingRoom = { position: 0, users: new Map() };
