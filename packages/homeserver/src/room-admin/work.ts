import type { Domains } from '../domains.ts';
import type { RoomEngine } from '../engine/engine.ts';
import { MatrixError } from '../http/errors.ts';
import { jobRow } from '../jobs/enqueue.ts';
import { deletedRow } from '../streams/purged-entry.ts';
import { settleKeeper } from './keep.ts';
import {
  type Before,
  eventsDeletion,
  membersDeletion,
  readLocalMembers,
  readMessagesBefore,
  readSomeEvents,
  readSomeMembers,
  restDeletion,
  roomDeletion,
  unlisting,
} from './store.ts';
import { taskKinds } from './tasks.ts';
import type { Clock } from '@hearth/kit';
import { type Database, streamKinds } from '@hearth/storage';

/** Of one write. */
const messagesAtOnce = 200;
const membersAtOnce = 50;
const rowsAtOnce = 500;
/** Between the last leaving and the deletion: clients that wait for news are told that they left. */
const deletionRestMs = 60_000;

export type RoomWorkDeps = { readonly database: Database; readonly engine: RoomEngine; readonly clock: Clock; readonly domains: Domains };

/** The single steps of what operators do to rooms, each small and safe to be taken twice. */
export class RoomWork {
  readonly #deps: RoomWorkDeps;

  constructor(deps: RoomWorkDeps) {
    this.#deps = deps;
  }

  /** Purges the next messages after a place; answers how many and the place of the last, or undefined when there are none. */
  async purge(
    room: number,
    before: Before,
    after: { readonly depth: number; readonly number: number },
  ): Promise<{ readonly purged: number; readonly depth: number; readonly number: number } | undefined> {
    const { database, engine } = this.#deps;
    if (!(await engine.roomByNumber(room))) return undefined;
    const messages = await readMessagesBefore(database.reader, room, before, after, messagesAtOnce);
    const last = messages.at(-1);
    if (last === undefined) return undefined;
    const purged = await engine.purge(
      room,
      messages.map(({ number }) => number),
    );
    return { purged, depth: last.depth, number: last.number };
  }

  /** Takes the next members of ours out; answers how many left and who was the last, or undefined when there are none. */
  async takeOut(
    room: number,
    after: number,
    reason: string | undefined,
  ): Promise<{ readonly left: number; readonly last: number } | undefined> {
    const { database, engine } = this.#deps;
    const head = await engine.roomByNumber(room);
    const users = head ? await readLocalMembers(database.reader, room, after, membersAtOnce) : [];
    const last = users.at(-1);
    if (head === undefined || last === undefined) return undefined;
    let left = 0;
    for (const userId of await engine.userIds(users)) left += (await this.#leave(head.roomId, userId, reason)) ? 1 : 0;
    return { left, last };
  }

  async #leave(roomId: string, userId: string, reason: string | undefined): Promise<boolean> {
    const content = { membership: 'leave', ...(reason === undefined ? {} : { reason }) };
    try {
      await this.#deps.engine.submit(roomId, { type: 'm.room.member', sender: userId, stateKey: userId, content });
      return true;
    } catch (error) {
      if (error instanceof MatrixError && error.errcode !== 'M_UNAVAILABLE') return false;
      throw error;
    }
  }

  /** Takes away what leads to the room, and with `thenDelete` asks for its deletion in the same commit. */
  async unlist(room: number, roomId: string, thenDelete: boolean): Promise<void> {
    const { database, clock } = this.#deps;
    const deletion = thenDelete ? [await jobRow(database, taskKinds.delete, { room, roomId }, clock.now() + deletionRestMs)] : [];
    const listing = { kind: streamKinds.listing, room: null, usr: null, subject: room, detail: null };
    await database.write({ claims: [], statements: [...unlisting(room), ...deletion], stream: [listing] });
  }

  /** Answers why the room refuses, if it does. */
  settleKeeper(room: number): Promise<string | undefined> {
    return settleKeeper(this.#deps, room, this.#deps.domains.first);
  }

  /** From here on the room is not there for anybody. */
  async hide(room: number): Promise<void> {
    await this.#deps.database.write({ claims: [], statements: roomDeletion(room), stream: [deletedRow(room)] });
  }

  /** Deletes some of what is left of a hidden room; answers of how many, 0 when nothing is left. */
  async deleteSome(room: number): Promise<number> {
    const { database } = this.#deps;
    const events = await readSomeEvents(database.reader, room, messagesAtOnce);
    const members = events.length > 0 ? [] : await readSomeMembers(database.reader, room, rowsAtOnce);
    const other = events.length + members.length > 0 ? undefined : await restDeletion(database.reader, room, rowsAtOnce);
    const statements =
      events.length > 0 ? eventsDeletion(events) : members.length > 0 ? membersDeletion(room, members) : other ? [other] : [];
    if (statements.length === 0) return 0;
    await database.write({ claims: [], statements, stream: [] });
    return events.length + members.length + (other ? 1 : 0);
  }
}
