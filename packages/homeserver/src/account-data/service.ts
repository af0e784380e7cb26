import type { RoomEngine } from '../engine/engine.ts';
import { readMembership } from '../engine/read-membership.ts';
import type { RoomHead } from '../engine/room-head.ts';
import { MatrixError } from '../http/errors.ts';
import type { Requester } from '../http/route.ts';
import { settled } from '../settled.ts';
import { accountDataChangeFrom, accountDataDeletion, accountDataRow, countAccountData, readAccountData } from './store.ts';
import { historyVisibilityOf, type JsonObject } from '@hearth/protocol';
import { type Database, type Statement, streamKinds, type StreamRow } from '@hearth/storage';

/** Entries of one user, over all rooms. */
const entriesMax = 20_000;
const typeBytesMax = 255;

/** Types that the server keeps by other means and that are written elsewhere (client-server API, "Client config"). */
const serverKept: ReadonlySet<string> = new Set(['m.fully_read', 'm.push_rules']);

export type AccountDataDeps = {
  readonly database: Database;
  readonly engine: RoomEngine;
  /** The content of `m.push_rules`, which is global account data that the server keeps elsewhere. */
  readonly pushRules: (requester: Requester) => Promise<JsonObject>;
};

/** Data that clients keep with the account: global and by room. */
export class AccountData {
  readonly #deps: AccountDataDeps;

  constructor(deps: AccountDataDeps) {
    this.#deps = deps;
  }

  /** PUT user/{userId}/account_data/{type} and …/rooms/{roomId}/account_data/{type}. An empty object deletes (MSC3391). */
  async put(requester: Requester, userId: string, roomId: string | undefined, type: string, content: JsonObject): Promise<void> {
    if (Object.keys(content).length === 0) return this.delete(requester, userId, roomId, type);
    const room = await this.#place(requester, userId, roomId, type);
    const isNew = (await readAccountData(this.#deps.database.reader, requester.user, room, type)) === undefined;
    if (isNew) await this.#refuseSurplus(requester);
    const { statements, stream } = accountDataChange(requester.user, room, type, content);
    await this.#deps.database.write({ claims: [], statements, stream });
  }

  /** DELETE of the same. What is not there is deleted already. */
  async delete(requester: Requester, userId: string, roomId: string | undefined, type: string): Promise<void> {
    const { database } = this.#deps;
    const room = await this.#place(requester, userId, roomId, type);
    if ((await readAccountData(database.reader, requester.user, room, type)) === undefined) return;
    const statements = [accountDataDeletion(requester.user, room, type)];
    await database.write({ claims: [], statements, stream: [accountDataNews(requester.user, room, type)] });
  }

  /** Makes new content of a room's entry from the present one, so that two devices who change different parts both succeed. */
  async edit(
    requester: Requester,
    userId: string,
    { roomId, type }: { readonly roomId: string; readonly type: string },
    edit: (content: JsonObject | undefined) => JsonObject | undefined,
  ): Promise<void> {
    const { database } = this.#deps;
    const room = await this.#place(requester, userId, roomId, type);
    await settled(async () => {
      const before = await readAccountData(database.reader, requester.user, room, type);
      const content = edit(before === undefined ? undefined : (JSON.parse(before) as JsonObject));
      if (content === undefined) return;
      if (before === undefined) await this.#refuseSurplus(requester);
      const statements = [accountDataChangeFrom(requester.user, room, type, before, JSON.stringify(content))];
      await database.write({ claims: [], statements, stream: [accountDataNews(requester.user, room, type)] });
    });
  }

  /** GET of the same. 404 M_NOT_FOUND when nothing is stored. */
  async get(requester: Requester, userId: string, roomId: string | undefined, type: string): Promise<JsonObject> {
    if (type === 'm.push_rules' && roomId === undefined) {
      requireSelf(requester, userId);
      return this.#deps.pushRules(requester);
    }
    const content = await this.find(requester, userId, roomId, type);
    if (content === undefined) throw new MatrixError('M_NOT_FOUND', `You have stored nothing under ${JSON.stringify(type)}.`);
    return content;
  }

  /** What is stored, if anything is. */
  async find(requester: Requester, userId: string, roomId: string | undefined, type: string): Promise<JsonObject | undefined> {
    requireSelf(requester, userId);
    const text = await readAccountData(this.#deps.database.reader, requester.user, await this.#roomNumber(requester, roomId), type);
    return text === undefined ? undefined : (JSON.parse(text) as JsonObject);
  }

  /** The number of the room, 0 for none, of an entry that this requester may write. */
  async #place(requester: Requester, userId: string, roomId: string | undefined, type: string): Promise<number> {
    requireSelf(requester, userId);
    if (serverKept.has(type)) {
      throw new MatrixError('M_BAD_JSON', `${type} is kept by the server and cannot be set as account data.`, { status: 405 });
    }
    if (Buffer.byteLength(type) > typeBytesMax) throw new MatrixError('M_INVALID_PARAM', `A type has at most ${typeBytesMax} bytes.`);
    return this.#roomNumber(requester, roomId);
  }

  async #refuseSurplus({ user }: Requester): Promise<void> {
    if ((await countAccountData(this.#deps.database.reader, user)) < entriesMax) return;
    throw new MatrixError('M_RESOURCE_LIMIT_EXCEEDED', `An account keeps at most ${entriesMax} entries of account data.`);
  }

  async #roomNumber(requester: Requester, roomId: string | undefined): Promise<number> {
    if (roomId === undefined) return 0;
    if (!roomId.startsWith('!')) throw new MatrixError('M_INVALID_PARAM', `${JSON.stringify(roomId)} is not a room id.`);
    const room = await this.#deps.engine.room(roomId);
    if (!room || !(await this.#mayKnow(requester, room)))
      throw new MatrixError('M_NOT_FOUND', 'You are not in this room, or it does not exist.');
    return room.number;
  }

  /** Rooms that the user was ever in, invited to or knocked at, and those that are open: of all others nobody learns whether they exist (a22). */
  async #mayKnow({ user }: Requester, room: RoomHead): Promise<boolean> {
    const { database, engine } = this.#deps;
    if (await readMembership(database.reader, room.number, user)) return true;
    const [rules, history] = await engine.currentState(room).getMany([
      ['m.room.join_rules', ''],
      ['m.room.history_visibility', ''],
    ]);
    return openRules.has(rules?.event.content['join_rule']) || historyVisibilityOf(history?.event.content) === 'world_readable';
  }
}

const openRules: ReadonlySet<unknown> = new Set(['public', 'knock', 'knock_restricted']);

/** The rows that store one entry (room 0: global) and tell the user's devices. */
export function accountDataChange(
  user: number,
  room: number,
  type: string,
  content: JsonObject,
): { readonly statements: readonly Statement[]; readonly stream: readonly StreamRow[] } {
  return {
    statements: [accountDataRow(user, room, type, JSON.stringify(content))],
    stream: [accountDataNews(user, room, type)],
  };
}

export function accountDataNews(user: number, room: number, type: string): StreamRow {
  return { kind: streamKinds.accountData, room: null, usr: user, subject: room, detail: type };
}

function requireSelf(requester: Requester, userId: string): void {
  if (userId !== requester.userId)
    throw new MatrixError('M_FORBIDDEN', 'Account data belongs to its user: you can read and change only your own.');
}
