import { maySendState } from '../engine/may-send-state.ts';
import { readMembership } from '../engine/read-membership.ts';
import type { RoomHead } from '../engine/room-head.ts';
import { MatrixError } from '../http/errors.ts';
import type { Requester } from '../http/route.ts';
import type { DirectoryDeps } from './deps.ts';
import { cardOf, isOpen } from './room-card.ts';
import { listingChanged, publication, readIsPublished, unpublication } from './store/rooms.ts';
import { parseRoomId } from '@hearth/protocol';
import type { Write } from '@hearth/storage';

export type Visibility = 'public' | 'private';

/** Which rooms are in the list of public rooms, and who decides that. */
export class Publishing {
  readonly #deps: DirectoryDeps;

  constructor(deps: DirectoryDeps) {
    this.#deps = deps;
  }

  /** 404 M_NOT_FOUND for rooms that are not here, and likewise for those of which the requester may not know. */
  async visibilityOf(roomId: string, requester: Requester | undefined): Promise<Visibility> {
    const room = await this.#known(roomId, requester);
    return (await readIsPublished(this.#deps.database.reader, room.number)) ? 'public' : 'private';
  }

  /** For those who may say in the room what it is called, and for administrators (AC-11): 403 M_FORBIDDEN, 404 M_NOT_FOUND. */
  async set(roomId: string, visibility: Visibility, requester: Requester): Promise<void> {
    const { database, engine, clock } = this.#deps;
    const room = await this.#known(roomId, requester);
    if (!requester.isAdmin && !(await maySendState(engine, room, requester.userId, 'm.room.canonical_alias'))) {
      throw new MatrixError(
        'M_FORBIDDEN',
        'Only those who may change the canonical alias of a room may publish it or take it out of the list.',
      );
    }
    const isPublished = await readIsPublished(database.reader, room.number);
    if (isPublished === (visibility === 'public')) return;
    const statements = visibility === 'public' ? [publication(room.number, clock.now())] : unpublication(room.number);
    await database.write({ claims: [], statements, stream: [listingChanged(room.number)] });
  }

  /** Rows that give a room's place in the list to the room that replaces it; none where it has none. */
  async move(from: number, to: number): Promise<Pick<Write, 'statements' | 'stream'>> {
    const { database, clock } = this.#deps;
    if (!(await readIsPublished(database.reader, from))) return { statements: [], stream: [] };
    const statements = [...unpublication(from), publication(to, clock.now())];
    return { statements, stream: [listingChanged(from), listingChanged(to)] };
  }

  /** A room of which this requester may know: who was ever in it, and everybody while it is published or open. */
  async #known(roomId: string, requester: Requester | undefined): Promise<RoomHead> {
    const { engine } = this.#deps;
    if (!parseRoomId(roomId)) throw new MatrixError('M_INVALID_PARAM', `${JSON.stringify(roomId)} is not a room id.`);
    const room = await engine.room(roomId);
    if (room && (requester?.isAdmin === true || (await this.#mayKnow(room, requester)))) return room;
    throw new MatrixError('M_NOT_FOUND', 'This server does not know that room.');
  }

  async #mayKnow(room: RoomHead, requester: Requester | undefined): Promise<boolean> {
    const { database, engine } = this.#deps;
    if (requester && (await readMembership(database.reader, room.number, requester.user)) !== undefined) return true;
    return (await readIsPublished(database.reader, room.number)) || isOpen(await cardOf(engine, room, []));
  }
}
