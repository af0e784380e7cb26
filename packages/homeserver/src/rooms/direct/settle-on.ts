import type { Intent } from '../../engine/engine.ts';
import { MatrixError } from '../../http/errors.ts';
import type { RoomsDeps } from '../deps.ts';
import type { Memberships } from '../membership.ts';
import { listings } from './listings.ts';
import { type Pair, pairRoomRow } from './pair.ts';
import { type SharedRoom, usable } from './shared-rooms.ts';
import { emptyWrite, together } from '@hearth/storage';

export type Settlement = {
  readonly room: SharedRoom;
  /** All rooms that the two may have meant. */
  readonly rooms: readonly SharedRoom[];
  /** The number of the room that they had. */
  readonly before: number | undefined;
};

/**
 * One of several rooms is the room of the two from now on: the requester comes in, the others are closed where they may close them, and both
 * lists follow. May be repeated after any step.
 */
export async function settleOn(deps: RoomsDeps, memberships: Memberships, pair: Pair, { room, rooms, before }: Settlement): Promise<void> {
  const { number, roomId } = room.head;
  if (room.own === 'invite') await memberships.join(roomId, pair.requester, {});
  const replaced = rooms.filter(({ replacement }) => replacement === roomId);
  for (const surplus of usable(rooms)) if (surplus !== room && (await isClosed(deps, pair, surplus, roomId))) replaced.push(surplus);
  const ids = replaced.map(({ head }) => head.roomId);
  const lists = (await listings(deps, pair)).map((list) => list(roomId, ids));
  const row = { ...emptyWrite, statements: before === number ? [] : [pairRoomRow(pair, number, before)] };
  const write = together(row, ...lists);
  if (write.statements.length > 0) await deps.database.write(write);
}

/** Leads whoever looks into a room to the one that replaces it. An invitation is accepted for that, in the same commit. */
async function isClosed(deps: RoomsDeps, { requester }: Pair, { head, own }: SharedRoom, replacement: string): Promise<boolean> {
  const { userId } = requester;
  const content = { body: 'The two of you talk in another room.', replacement_room: replacement };
  const tombstone: Intent = { type: 'm.room.tombstone', sender: userId, stateKey: '', content };
  const join = async (): Promise<Intent> => {
    const member = { ...(await deps.memberProfile(userId)), membership: 'join' };
    return { type: 'm.room.member', sender: userId, stateKey: userId, content: member };
  };
  try {
    await deps.engine.submitAll(head.roomId, [...(own === 'invite' ? [await join()] : []), tombstone]);
    return true;
  } catch (error) {
    if (error instanceof MatrixError && error.errcode === 'M_FORBIDDEN') return false;
    throw error;
  }
}
