import type { Requester } from '../http/route.ts';
import type { Aliases } from './aliases.ts';
import { createRoom, type CreatedRoom } from './create-room.ts';
import type { RoomsDeps } from './deps.ts';
import { type DirectRoom, directRoom } from './direct/direct-room.ts';
import { Memberships } from './membership.ts';
import { type MutualRooms, mutualRooms } from './mutual-rooms.ts';
import type { NewRoomBody } from './new-room-request.ts';
import { isInOneOf } from './restricted-join.ts';
import { type UpgradeBody, upgradeRoom } from './upgrade/upgrade-room.ts';
import type { JsonValue } from '@hearth/protocol';

/** What the rooms slice does, for its routes. */
export class RoomsService {
  readonly memberships: Memberships;
  readonly #deps: RoomsDeps;

  constructor(deps: RoomsDeps) {
    this.#deps = deps;
    this.memberships = new Memberships(deps);
  }

  get aliases(): Aliases {
    return this.#deps.aliases;
  }

  createRoom(creator: string, body: NewRoomBody): Promise<CreatedRoom> {
    return createRoom(this.#deps, creator, body);
  }

  direct(requester: Requester, userId: string): Promise<DirectRoom> {
    return directRoom(this.#deps, this.memberships, requester, userId);
  }

  upgrade(requester: Requester, roomId: string, body: UpgradeBody): Promise<string> {
    return upgradeRoom(this.#deps, requester, roomId, body);
  }

  /** For other slices. */
  readonly isInOneOf = (allow: JsonValue | undefined, user: number): Promise<boolean> => isInOneOf(this.#deps, allow, user);

  readonly mutualRooms = (requester: Requester, userId: string, from?: string): Promise<MutualRooms> =>
    mutualRooms(this.#deps, requester, userId, from);

  /** Ids of the rooms that the user is joined to. */
  async joinedRooms(requester: Requester): Promise<string[]> {
    const ids: string[] = [];
    for (const [room, { membership }] of await this.#deps.userRooms.of(requester.user)) {
      const head = membership === 'join' ? await this.#deps.engine.roomByNumber(room) : undefined;
      if (head) ids.push(head.roomId);
    }
    return ids;
  }
}
