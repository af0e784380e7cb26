import type { RoomEngine } from '../engine/engine.ts';
import type { RoomHead } from '../engine/room-head.ts';
import { MatrixError } from '../http/errors.ts';
import { keeperOf } from './keeper.ts';
import { readIsKept } from './store.ts';
import { historyVisibilityOf, membershipOf } from '@hearth/protocol';
import type { Database } from '@hearth/storage';

/** Stored with jobs: never change it. */
export const keeperJob = 'room-admin-keeper';

/** Refuses a room that not everybody may read, or into which the keeper does not come. */
export async function requireKeepable(engine: RoomEngine, room: RoomHead, serverName: string): Promise<void> {
  const keeper = keeperOf(serverName);
  const [history, rules, member] = await engine.currentState(room).getMany([
    ['m.room.history_visibility', ''],
    ['m.room.join_rules', ''],
    ['m.room.member', keeper],
  ]);
  if (historyVisibilityOf(history?.event.content) !== 'world_readable') {
    throw new MatrixError('M_INVALID_PARAM', 'Only a room can be kept whose history everybody may read (world_readable).');
  }
  const membership = membershipOf(member?.event.content);
  const isOpen = rules?.event.content['join_rule'] === 'public' && membership !== 'ban';
  if (!isOpen && membership !== 'invite' && membership !== 'join') {
    throw new MatrixError('M_FORBIDDEN', `The room is not open to everybody. Let somebody who may do so invite ${keeper} first.`);
  }
}

/** Brings the keeper in where the room is kept, and out where it is not any more. May be repeated. Answers why not, if the room refuses. */
export async function settleKeeper(
  { database, engine }: { readonly database: Database; readonly engine: RoomEngine },
  number: number,
  serverName: string,
): Promise<string | undefined> {
  const room = await engine.roomByNumber(number);
  if (!room) return undefined;
  const keeper = keeperOf(serverName);
  const kept = await readIsKept(database.reader, number);
  const member = await engine.currentState(room).get('m.room.member', keeper);
  const isIn = membershipOf(member?.event.content) === 'join';
  if (kept === isIn) return undefined;
  const content = kept ? { membership: 'join', displayname: `Archive of ${serverName}` } : { membership: 'leave' };
  try {
    await engine.submit(room.roomId, { type: 'm.room.member', sender: keeper, stateKey: keeper, content });
    return undefined;
  } catch (error) {
    if (error instanceof MatrixError && error.errcode === 'M_FORBIDDEN') return error.message;
    throw error;
  }
}
