import { LRUCache } from 'lru-cache';

import { MatrixError } from '../../http/errors.ts';
import {
  connectionAdvance,
  type ConnectionKey,
  connectionOpening,
  readConnection,
  readRequired,
  readSent,
  requiredRow,
  sentRow,
} from './connection-store.ts';
import type { Pos } from './pos.ts';
import { RequiredState } from './required-state.ts';
import { type Database, type Statement, WriteRefused } from '@hearth/storage';

/** Connections kept in mind, and rooms of all of them together; others are read again. */
const connectionsMax = 10_000;
const roomsOfAllMax = 2_000_000;
/** What one connection may know. A client beyond it is told to start anew. */
const roomsMax = 20_000;
const requiredMax = 64;

/** What a client was told of a room. */
export type Sent = {
  /** Up to where in the stream; 0 stands for up to the answer's own position. */
  readonly position: number;
  /** So many of the newest events it has without a gap, or all that there are. */
  readonly timeline: number;
  /** Number of the state that it is told. */
  readonly required: number;
  readonly direct: boolean;
};

/** Rooms of which a client was told something new by one answer. */
export type SentRooms = ReadonlyMap<number, Sent>;

/**
 * What a client knows. An answer counts only once the client goes on from its `pos`: one that is lost on its way is asked for again with
 * the `pos` before, so both states are kept.
 */
export class Connection {
  readonly number: number;
  /** The answer that `rooms` says how it left the client; 0 before the first. */
  acknowledged: number;
  /** The last answer that was stored. */
  newest: number;
  readonly rooms: Map<number, Sent>;
  pending: { readonly answer: number; readonly rooms: SentRooms } | undefined;
  /** Rooms with rows that later ones replaced. */
  replaced = new Set<number>();
  /** Ends the wait of the request before: a client has one at a time, and only the last is listened to. */
  current: AbortController | undefined;
  writing: Promise<unknown> = Promise.resolve();
  readonly #required: Map<number, RequiredState>;
  readonly #numbers: Map<string, number>;

  constructor(
    number: number,
    answer = 0,
    newest = answer,
    rooms: Map<number, Sent> = new Map(),
    required: Map<number, RequiredState> = new Map(),
  ) {
    this.number = number;
    this.acknowledged = answer;
    this.newest = newest;
    this.rooms = rooms;
    this.#required = required;
    this.#numbers = new Map([...required].map(([key, { text }]) => [text, key]));
  }

  /** Whether the client can go on from this answer; what went before it is then forgotten. */
  goOnFrom(answer: number): boolean {
    if (answer === this.pending?.answer) {
      for (const [room, sent] of this.pending.rooms) {
        this.rooms.set(room, sent);
        this.replaced.add(room);
      }
      this.acknowledged = answer;
      this.pending = undefined;
    }
    return answer === this.acknowledged;
  }

  required(number: number): RequiredState | undefined {
    return this.#required.get(number);
  }

  /** A number for this state; a new one if nobody asked for it yet. */
  numberOf(required: RequiredState): number {
    const known = this.#numbers.get(required.text);
    if (known !== undefined) return known;
    if (this.#numbers.size >= requiredMax) throw new MatrixError('M_UNKNOWN_POS');
    const number = this.#numbers.size + 1;
    this.#numbers.set(required.text, number);
    this.#required.set(number, required);
    return number;
  }
}

/** The connections of all devices: in mind, and in the database so that they outlive the process. */
export class Connections {
  readonly #database: Database;
  readonly #open = new LRUCache<string, Connection>({
    max: connectionsMax,
    maxSize: roomsOfAllMax,
    sizeCalculation: ({ rooms }) => rooms.size + 1,
  });

  constructor(database: Database) {
    this.#database = database;
  }

  /** A new connection. It takes the place of the one with the same name once its first answer is stored. */
  async begin(): Promise<Connection> {
    return new Connection(await this.#database.takeNumbers('sliding-connection', 1));
  }

  /** The connection that a client goes on with; 400 M_UNKNOWN_POS when it is not this device's, was replaced, or went on without this pos. */
  async resume(key: ConnectionKey, { connection: number, answer }: Pos): Promise<Connection> {
    const known = this.#open.get(nameOf(key));
    if (known?.number === number && known.goOnFrom(answer)) return known;
    const { reader } = this.#database;
    const row = await readConnection(reader, key);
    if (row?.number !== number || (answer !== row.acknowledged && answer !== row.newest)) throw new MatrixError('M_UNKNOWN_POS');
    const rooms = new Map<number, Sent>();
    for (const { room, direct, position, timeline, required } of await readSent(reader, number, answer)) {
      rooms.set(room, { position, timeline, required, direct: direct === 1 });
    }
    const required = (await readRequired(reader, number)).map((each) => [each.number, RequiredState.parse(each.text)] as const);
    const connection = new Connection(number, answer, row.newest, rooms, new Map(required));
    this.#open.set(nameOf(key), connection);
    return connection;
  }

  /**
   * Stores what an answer tells before it is sent, and gives the answer's number; undefined when the client has meanwhile asked again. An
   * answer that changes nothing of what is kept costs no write.
   */
  async store(key: ConnectionKey, connection: Connection, rooms: SentRooms, signal: AbortSignal): Promise<number | undefined> {
    if (rooms.size === 0 && connection.acknowledged > 0) return connection.acknowledged;
    if (connection.rooms.size + rooms.size > roomsMax) throw new MatrixError('M_UNKNOWN_POS');
    const written = connection.writing.then(() => (signal.aborted ? undefined : this.#write(key, connection, rooms)));
    connection.writing = written.catch(() => undefined);
    return written;
  }

  async #write(key: ConnectionKey, connection: Connection, rooms: SentRooms): Promise<number> {
    const { number, acknowledged, newest: before } = connection;
    const newest = before + 1;
    const isNew = acknowledged === 0;
    const statements: Statement[] = isNew
      ? await connectionOpening(this.#database.reader, key, number)
      : connectionAdvance(number, { acknowledged, newest, before }, [...connection.replaced]);
    for (const required of new Set([...rooms.values()].map((sent) => sent.required))) {
      statements.push(requiredRow(number, required, connection.required(required)?.text ?? '[]'));
    }
    for (const [room, { direct, ...sent }] of rooms) statements.push(sentRow(number, newest, { ...sent, room, direct: direct ? 1 : 0 }));
    try {
      await this.#database.write({ claims: [], statements, stream: [] });
    } catch (error) {
      if (!(error instanceof WriteRefused)) throw error;
      // The device was ended, or goes on by another node.
      this.#open.delete(nameOf(key));
      throw new MatrixError('M_UNKNOWN_POS');
    }
    connection.newest = newest;
    connection.pending = { answer: newest, rooms };
    connection.replaced = new Set();
    this.#open.set(nameOf(key), connection);
    return newest;
  }
}

function nameOf({ user, deviceId, connId }: ConnectionKey): string {
  return JSON.stringify([user, deviceId, connId]);
}
