import { MatrixError } from '../../http/errors.ts';
import type { Requester } from '../../http/route.ts';
import { settled } from '../../settled.ts';
import { createRoom } from '../create-room.ts';
import type { RoomsDeps } from '../deps.ts';
import type { Memberships } from '../membership.ts';
import { listings } from './listings.ts';
import { type Pair, pairOf, pairRoomRow, readPairRoom } from './pair.ts';
import { settleOn } from './settle-on.ts';
import { type SharedRoom, sharedRooms, usable } from './shared-rooms.ts';
import { emptyWrite, together } from '@hearth/storage';

export type DirectRoom = { readonly roomId: string; readonly isNew: boolean };

/**
 * POST direct/{userId}: the one direct room of two people (a16). The pair's row is unique, so of two calls at the same time, over any
 * nodes, one makes the room and the other finds it.
 */
export async function directRoom(deps: RoomsDeps, memberships: Memberships, requester: Requester, userId: string): Promise<DirectRoom> {
  const pair = await pairOf(deps, requester, userId);
  return settled(async () => {
    const before = await readPairRoom(deps.database.reader, pair);
    const rooms = await sharedRooms(deps, pair, before);
    const [room] = usable(rooms);
    if (room) {
      await settleOn(deps, memberships, pair, { room, rooms, before });
      return { roomId: room.head.roomId, isNew: false };
    }
    const left = rooms.find(isLeft);
    if (left && (await invitedAgain(memberships, pair, left))) return { roomId: left.head.roomId, isNew: false };
    return { roomId: await makeRoom(deps, pair, before), isNew: true };
  });
}

/** Where the requester has stayed alone. */
function isLeft({ own, theirs, replacement }: SharedRoom): boolean {
  return own === 'join' && theirs === 'leave' && replacement === undefined;
}

async function invitedAgain(memberships: Memberships, { requester, partner }: Pair, { head }: SharedRoom): Promise<boolean> {
  try {
    await memberships.invite(head.roomId, requester, partner.userId, {});
    return true;
  } catch (error) {
    if (error instanceof MatrixError && error.errcode === 'M_FORBIDDEN') return false;
    throw error;
  }
}

async function makeRoom(deps: RoomsDeps, pair: Pair, before: number | undefined): Promise<string> {
  const { requester, partner } = pair;
  const lists = await listings(deps, pair);
  const body = { preset: 'trusted_private_chat', is_direct: true, invite: [partner.userId] } as const;
  const { roomId } = await createRoom(deps, requester.userId, { ...body, invite: [...body.invite] }, (room) =>
    together({ ...emptyWrite, statements: [pairRoomRow(pair, room.number, before)] }, ...lists.map((list) => list(room.roomId, []))),
  );
  return roomId;
}
