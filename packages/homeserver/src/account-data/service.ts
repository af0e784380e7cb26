import type { RoomEngine } from '../engine/engine.ts';
import { MatrixError } from '../http/errors.ts';
import type { Requester } from '../http/route.ts';
import { accountDataRow, countAccountData, readAccountData } from './store.ts';
import type { JsonObject } from '@hearth/protocol';
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

  /** PUT user/{userId}/account_data/{type} and …/rooms/{roomId}/account_data/{type}. */
  async put(requester: Requester, userId: string, roomId: string | undefined, type: string, content: JsonObject): Promise<void> {
    requireSelf(requester, userId);
    if (serverKept.has(type)) {
      throw new MatrixError('M_BAD_JSON', `${type} is kept by the server and cannot be set as account data.`, { status: 405 });
    }
    if (Buffer.byteLength(type) > typeBytesMax) throw new MatrixError('M_INVALID_PARAM', `A type has at most ${typeBytesMax} bytes.`);
    const room = await this.#roomNumber(roomId);
    const isNew = (await readAccountData(this.#deps.database.reader, requester.user, room, type)) === undefined;
    if (isNew && (await countAccountData(this.#deps.database.reader, requester.user)) >= entriesMax) {
      throw new MatrixError('M_RESOURCE_LIMIT_EXCEEDED', `An account keeps at most ${entriesMax} entries of account data.`);
    }
    const { statements, stream } = accountDataChange(requester.user, room, type, content);
    await this.#deps.database.write({ claims: [], statements, stream });
  }

  /** GET of the same. 404 M_NOT_FOUND when nothing is stored. */
  async get(requester: Requester, userId: string, roomId: string | undefined, type: string): Promise<JsonObject> {
    requireSelf(requester, userId);
    if (type === 'm.push_rules' && roomId === undefined) return this.#deps.pushRules(requester);
    const text = await readAccountData(this.#deps.database.reader, requester.user, await this.#roomNumber(roomId), type);
    if (text === undefined) throw new MatrixError('M_NOT_FOUND', `You have stored nothing under ${JSON.stringify(type)}.`);
    return JSON.parse(text) as JsonObject;
  }

  async #roomNumber(roomId: string | undefined): Promise<number> {
    if (roomId === undefined) return 0;
    if (!roomId.startsWith('!')) throw new MatrixError('M_INVALID_PARAM', `${JSON.stringify(roomId)} is not a room id.`);
    const room = await this.#deps.engine.room(roomId);
    if (!room) throw new MatrixError('M_NOT_FOUND', 'You are not in this room, or it does not exist.');
    return room.number;
  }
}

/** The rows that store one entry (room 0: global) and tell the user's devices. */
export function accountDataChange(
  user: number,
  room: number,
  type: string,
  content: JsonObject,
): { readonly statements: readonly Statement[]; readonly stream: readonly StreamRow[] } {
  return {
    statements: [accountDataRow(user, room, type, JSON.stringify(content))],
    stream: [{ kind: streamKinds.accountData, room: null, usr: user, subject: room, detail: type }],
  };
}

function requireSelf(requester: Requester, userId: string): void {
  if (userId !== requester.userId)
    throw new MatrixError('M_FORBIDDEN', 'Account data belongs to its user: you can read and change only your own.');
}
