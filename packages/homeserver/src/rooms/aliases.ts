import type { Domains } from '../domains.ts';
import type { RoomEngine } from '../engine/engine.ts';
import { maySendState } from '../engine/may-send-state.ts';
import { readMembership } from '../engine/read-membership.ts';
import { MatrixError } from '../http/errors.ts';
import type { Requester } from '../http/route.ts';
import { dropFromCanonicalAlias } from './canonical-alias.ts';
import { requireRoomId } from './deps.ts';
import { aliasDeletion, aliasInsertion, countAliases, listingChanged, readAlias, readAliasesOfRoom } from './store.ts';
import type { Clock } from '@hearth/kit';
import { domainOf, parseRoomAlias, serverNameOfAlias } from '@hearth/protocol';
import { type Database, WriteRefused } from '@hearth/storage';

export type AliasesDeps = {
  readonly database: Database;
  readonly engine: RoomEngine;
  readonly domains: Domains;
  readonly clock: Clock;
};

/** Aliases of one room, and those that one user has made. */
const ofRoomMax = 1_000;
const ofCreatorMax = 5_000;

/** Room aliases of this server: `#name:server` to a room. */
export class Aliases {
  readonly #deps: AliasesDeps;

  constructor(deps: AliasesDeps) {
    this.#deps = deps;
  }

  /** The full alias for a localpart that is valid and free (createRoom's `room_alias_name`). 400 M_INVALID_PARAM, 400 M_ROOM_IN_USE. */
  async claimable(localpart: string, creator: string): Promise<string> {
    const alias = `#${localpart}:${domainOf(creator) ?? ''}`;
    if (localpart.includes(':') || localpart.includes('#') || !parseRoomAlias(alias)) {
      throw new MatrixError(
        'M_INVALID_PARAM',
        `room_alias_name ${JSON.stringify(localpart)} does not make a valid alias of at most 255 bytes.`,
      );
    }
    if (await readAlias(this.#deps.database.reader, alias)) throw new MatrixError('M_ROOM_IN_USE', `The alias ${alias} is taken.`);
    return alias;
  }

  /** GET directory/room/{alias}. 404 M_NOT_FOUND for free aliases, 400 M_INVALID_PARAM for what is none. */
  async resolve(alias: string): Promise<{ readonly roomId: string; readonly servers: readonly string[] }> {
    this.#parseLocal(alias);
    const row = await readAlias(this.#deps.database.reader, alias);
    const room = row && (await this.#deps.engine.roomByNumber(row.room));
    if (!room) throw new MatrixError('M_NOT_FOUND', `No room has the alias ${alias}.`);
    return { roomId: room.roomId, servers: [this.#deps.domains.first] };
  }

  /** PUT directory/room/{alias}: any member of the room may add one. 409 M_UNKNOWN when it is taken, 403 M_RESOURCE_LIMIT_EXCEEDED. */
  async add(alias: string, roomId: string, requester: Requester): Promise<void> {
    const { database, engine, clock } = this.#deps;
    this.#parseLocal(alias);
    requireRoomId(roomId);
    const room = await engine.room(roomId);
    const membership = room && (await readMembership(database.reader, room.number, requester.user));
    if (!room || (membership?.membership !== 'join' && !requester.isAdmin)) {
      throw new MatrixError('M_FORBIDDEN', 'Only members of a room may give it an alias.');
    }
    await this.#requireSpace(room.number, requester);
    try {
      const statements = [aliasInsertion(alias, room.number, requester.user, clock.now())];
      await database.write({ claims: [], statements, stream: [listingChanged(room.number)] });
    } catch (error) {
      if (error instanceof WriteRefused && error.why === 'duplicate') {
        throw new MatrixError('M_UNKNOWN', `A room with the alias ${alias} exists already.`, { status: 409 });
      }
      throw error;
    }
  }

  /** DELETE directory/room/{alias}: its creator, whoever may change the canonical alias, and administrators (AC-10). */
  async remove(alias: string, requester: Requester): Promise<void> {
    const { database, engine } = this.#deps;
    this.#parseLocal(alias);
    const row = await readAlias(database.reader, alias);
    if (!row) throw new MatrixError('M_NOT_FOUND', `No room has the alias ${alias}.`);
    if (row.creator !== requester.user && !requester.isAdmin && !(await this.#mayChangeAliases(row.room, requester))) {
      throw new MatrixError(
        'M_FORBIDDEN',
        'Only its creator, and those who may change the canonical alias of the room, may remove an alias.',
      );
    }
    try {
      await database.write({ claims: [], statements: [aliasDeletion(alias, row)], stream: [listingChanged(row.room)] });
    } catch (error) {
      if (error instanceof WriteRefused && error.why === 'guard') throw new MatrixError('M_NOT_FOUND', `No room has the alias ${alias}.`);
      throw error;
    }
    await dropFromCanonicalAlias(engine, row.room, alias, requester);
  }

  /** GET rooms/{roomId}/aliases: for members, and for everybody while the room's history is open to the world. */
  async ofRoom(roomId: string, requester: Requester): Promise<readonly string[]> {
    const { database, engine } = this.#deps;
    requireRoomId(roomId);
    const room = await engine.room(roomId);
    const membership = room && (await readMembership(database.reader, room.number, requester.user));
    const visibility = room && (await engine.currentState(room).get('m.room.history_visibility', ''));
    const open = visibility?.event.content['history_visibility'] === 'world_readable';
    if (!room || (membership?.membership !== 'join' && !open)) throw new MatrixError('M_FORBIDDEN', 'You are not in this room.');
    return readAliasesOfRoom(database.reader, room.number);
  }

  async #requireSpace(room: number, { user }: Requester): Promise<void> {
    const { of_room: ofRoom, of_creator: ofCreator } = await countAliases(this.#deps.database.reader, room, user);
    if (ofRoom >= ofRoomMax) throw new MatrixError('M_RESOURCE_LIMIT_EXCEEDED', `A room has at most ${ofRoomMax} aliases.`);
    if (ofCreator >= ofCreatorMax) throw new MatrixError('M_RESOURCE_LIMIT_EXCEEDED', `Nobody has more than ${ofCreatorMax} aliases.`);
  }

  async #mayChangeAliases(roomNumber: number, requester: Requester): Promise<boolean> {
    const { engine } = this.#deps;
    const room = await engine.roomByNumber(roomNumber);
    if (!room) return false;
    return maySendState(engine, room, requester.userId, 'm.room.canonical_alias');
  }

  #parseLocal(alias: string): void {
    const parsed = parseRoomAlias(alias);
    if (!parsed) throw new MatrixError('M_INVALID_PARAM', `${JSON.stringify(alias)} is not a room alias.`);
    if (this.#deps.domains.isLocal(serverNameOfAlias(parsed))) return;
    throw new MatrixError('M_NOT_FOUND', `${alias} is an alias of another server, and this server does not talk to other servers yet.`);
  }
}
