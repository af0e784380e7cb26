import { MatrixError } from '../http/errors.ts';
import type { PreparedJson, Requester } from '../http/route.ts';
import { isBetterKey } from './better-key.ts';
import { Slots } from './slots.ts';
import {
  type BackupRow,
  keyReplacement,
  type KeyName,
  type KeyRank,
  type KeyRow,
  keysChange,
  keysDeletion,
  readFirstNames,
  readKey,
  readKeysAfter,
  readRanks,
} from './store.ts';
import type { BackupVersions } from './versions.ts';
import { type JsonObject, parseRoomId } from '@hearth/protocol';
import { type Database, type Statement, WriteRefused } from '@hearth/storage';

/** Keys of one backup. Somebody in many busy rooms has some hundred thousand. */
const keysMax = 1_000_000;
/** Keys of one request; clients send 100 or 200. */
const requestKeysMax = 10_000;
const sessionIdBytesMax = 255;
const sessionDataBytesMax = 65_536;
/** Keys of one answer, as JSON: about what clients can take in as one text, and it is all in memory at once. */
const answerBytesMax = 512 * 1024 * 1024;
/** How often a change is tried again that another device's change overtook. */
const attemptsMax = 20;

export type KeyData = {
  readonly is_verified: boolean;
  readonly first_message_index: number;
  readonly forwarded_count: number;
  readonly session_data: JsonObject;
};
export type RoomKeys = { readonly sessions: Readonly<Record<string, KeyData>> };
export type KeysByRoom = Readonly<Record<string, RoomKeys>>;

/** What is asked for: all keys, those of a room, or one. */
export type KeyScope = { readonly roomId?: string; readonly sessionId?: string };
/** What clients are told of a backup after each change. */
export type BackupState = { readonly etag: string; readonly count: number };

/** Answers with many keys that are put together at once, since each is in memory as a whole, and requests that wait for that. */
const readsMax = 2;
const waitingReadsMax = 100;

/** The keys in a backup (https://spec.matrix.org/v1.19/client-server-api/#backing-up-keys). */
export class BackupKeys {
  readonly #database: Database;
  readonly #versions: BackupVersions;
  readonly #answerBytesMax: number;
  readonly #reads = new Slots(readsMax, waitingReadsMax);

  constructor(database: Database, versions: BackupVersions, options: { readonly answerBytesMax?: number } = {}) {
    this.#database = database;
    this.#versions = versions;
    this.#answerBytesMax = options.answerBytesMax ?? answerBytesMax;
  }

  /** PUT of keys: of each that is new or better than what is stored. However many they are, they are one commit. */
  async put(requester: Requester, version: string, rooms: KeysByRoom): Promise<BackupState> {
    const keys = checkedKeys(rooms);
    return this.#change(async () => {
      const backup = await this.#versions.current(requester, version);
      const stored = new Map<string, KeyRank>();
      for (const row of await readRanks(this.#database.reader, requester.user, backup.version, keys)) stored.set(nameOf(row), row);
      const kept = keys.filter((key) => {
        const before = stored.get(nameOf(key));
        return before === undefined || isBetterKey(key, before);
      });
      const added = kept.filter((key) => !stored.has(nameOf(key))).length;
      if (backup.count + added > keysMax) throw new MatrixError('M_RESOURCE_LIMIT_EXCEEDED', `A backup holds at most ${keysMax} keys.`);
      const statements = kept.map((key) => keyReplacement(requester.user, backup.version, key));
      return this.#commit(requester, backup, added, statements);
    });
  }

  /** GET of one key. */
  async one(requester: Requester, version: string, roomId: string, sessionId: string): Promise<PreparedJson> {
    const backup = await this.#versions.named(requester, version);
    const row = await readKey(this.#database.reader, requester.user, backup.version, roomId, sessionId);
    if (!row) throw new MatrixError('M_NOT_FOUND', 'This key is not in the backup.');
    return { preparedJson: Buffer.from(keyText(row)) };
  }

  /** GET of a room's keys. */
  async ofRoom(requester: Requester, version: string, roomId: string): Promise<PreparedJson> {
    return this.#reads.run(async () => {
      const rooms = await this.#read(requester, version, roomId);
      return { preparedJson: roomText(rooms.get(roomId) ?? []) };
    });
  }

  /** GET of all keys. */
  async all(requester: Requester, version: string): Promise<PreparedJson> {
    return this.#reads.run(async () => {
      const parts: Uint8Array[] = [];
      // One text of everything could be longer than a text can be.
      for (const [roomId, sessions] of await this.#read(requester, version, undefined))
        parts.push(Buffer.from(`${parts.length === 0 ? '' : ','}${JSON.stringify(roomId)}:`), roomText(sessions));
      return { preparedJson: Buffer.concat([Buffer.from('{"rooms":{'), ...parts, Buffer.from('}}')]) };
    });
  }

  /** DELETE of keys. Many go in several commits, each with a state of its own. */
  async delete(requester: Requester, version: string, { roomId, sessionId }: KeyScope): Promise<BackupState> {
    const { reader } = this.#database;
    for (;;) {
      let isLast = true;
      const state = await this.#change(async () => {
        const backup = await this.#versions.named(requester, version);
        const names =
          roomId !== undefined && sessionId !== undefined
            ? [await readKey(reader, requester.user, backup.version, roomId, sessionId)].filter((key) => key !== undefined)
            : await readFirstNames(reader, requester.user, backup.version, roomId);
        const [first, last] = [names[0], names.at(-1)];
        isLast = first === undefined || sessionId !== undefined;
        const deletion = first && last ? [keysDeletion(requester.user, backup.version, first, last)] : [];
        return this.#commit(requester, backup, -names.length, deletion);
      });
      if (isLast) return state;
    }
  }

  /** What the job does after a backup was deleted: removes a page of its keys. Answers whether there were any. */
  async purge(user: number, version: number): Promise<boolean> {
    const names = await readFirstNames(this.#database.reader, user, version, undefined);
    const [first, last] = [names[0], names.at(-1)];
    if (!first || !last) return false;
    await this.#database.write({ claims: [], statements: [keysDeletion(user, version, first, last)], stream: [] });
    return true;
  }

  /** Sessions as texts, by room, in pages: a large backup does not hold up others. */
  async #read({ user }: Requester, version: string, roomId: string | undefined): Promise<Map<string, string[]>> {
    const backup = await this.#versions.named({ user }, version);
    const rooms = new Map<string, string[]>();
    let after: KeyName = { room_id: '', session_id: '' };
    let bytes = 0;
    for (;;) {
      const page = await readKeysAfter(this.#database.reader, user, backup.version, roomId, after);
      for (const row of page) {
        const sessions = rooms.get(row.room_id) ?? [];
        rooms.set(row.room_id, sessions);
        const text = `${JSON.stringify(row.session_id)}:${keyText(row)}`;
        bytes += text.length;
        sessions.push(text);
      }
      if (bytes > this.#answerBytesMax)
        throw new MatrixError(
          'M_TOO_LARGE',
          `These are more than ${this.#answerBytesMax} bytes of keys. Ask for those of one room, or one by one.`,
        );
      const last = page.at(-1);
      if (last === undefined) return rooms;
      after = last;
    }
  }

  async #commit(
    { user }: Pick<Requester, 'user'>,
    backup: BackupRow,
    countDelta: number,
    changes: readonly Statement[],
  ): Promise<BackupState> {
    if (changes.length === 0) return { etag: String(backup.etag), count: backup.count };
    const statements = [keysChange(user, backup, countDelta), ...changes];
    await this.#database.write({ claims: [], statements, stream: [] });
    return { etag: String(backup.etag + 1), count: backup.count + countDelta };
  }

  /** Does a change that rests on the backup as it was read, again if another one came in between. */
  async #change(attempt: () => Promise<BackupState>): Promise<BackupState> {
    for (let count = 1; ; count += 1) {
      try {
        return await attempt();
      } catch (error) {
        const wasOvertaken = error instanceof WriteRefused && error.why === 'guard';
        if (!wasOvertaken) throw error;
        if (count === attemptsMax) throw new MatrixError('M_UNAVAILABLE', 'The backup is being changed by many at once. Try again.');
      }
    }
  }
}

function checkedKeys(rooms: KeysByRoom): KeyRow[] {
  const keys: KeyRow[] = [];
  for (const [roomId, { sessions }] of Object.entries(rooms)) {
    if (!parseRoomId(roomId)) throw new MatrixError('M_INVALID_PARAM', `${JSON.stringify(roomId)} is not a room id.`);
    for (const [sessionId, data] of Object.entries(sessions)) {
      if (!isStorableName(sessionId))
        throw new MatrixError('M_INVALID_PARAM', `The id of a session has 1 to ${sessionIdBytesMax} bytes and no U+0000.`);
      keys.push(keyRow(roomId, sessionId, data));
    }
  }
  if (keys.length > requestKeysMax) throw new MatrixError('M_TOO_LARGE', `One request brings at most ${requestKeysMax} keys.`);
  return keys;
}

function isStorableName(sessionId: string): boolean {
  return sessionId !== '' && Buffer.byteLength(sessionId) <= sessionIdBytesMax && !sessionId.includes('\0');
}

function keyRow(roomId: string, sessionId: string, data: KeyData): KeyRow {
  const sessionData = JSON.stringify(data.session_data);
  if (Buffer.byteLength(sessionData) > sessionDataBytesMax)
    throw new MatrixError('M_TOO_LARGE', `The session_data of a key has at most ${sessionDataBytesMax} bytes.`);
  return {
    room_id: roomId,
    session_id: sessionId,
    is_verified: data.is_verified ? 1 : 0,
    first_message_index: data.first_message_index,
    forwarded_count: data.forwarded_count,
    session_data: sessionData,
  };
}

function nameOf({ room_id: roomId, session_id: sessionId }: KeyName): string {
  return `${roomId} ${sessionId}`;
}

function roomText(sessions: readonly string[]): Buffer {
  return Buffer.from(`{"sessions":{${sessions.join(',')}}}`);
}

function keyText({ first_message_index: index, forwarded_count: forwarded, is_verified: isVerified, session_data: data }: KeyRow): string {
  return `{"first_message_index":${index},"forwarded_count":${forwarded},"is_verified":${isVerified === 1},"session_data":${data}}`;
}
