import { MatrixError } from '../http/errors.ts';
import type { Requester } from '../http/route.ts';
import { requireUserId, type RoomsDeps } from './deps.ts';
import { countMutualRooms, readMutualRooms } from './store.ts';

/** Rooms of one answer. */
const pageSize = 500;

export type MutualRooms = { readonly joined: readonly string[]; readonly count: number; readonly next_batch?: string };

/** GET mutual_rooms: where both are joined. Nobody learns more of the other's rooms than they see in their own. */
export async function mutualRooms(deps: RoomsDeps, requester: Requester, userId: string, from?: string): Promise<MutualRooms> {
  requireUserId(userId);
  if (userId === requester.userId) throw new MatrixError('M_INVALID_PARAM', 'You share all your rooms with yourself.');
  const after = from === undefined ? 0 : parseFrom(from);
  const { reader } = deps.database;
  const other = await deps.engine.findUser(userId);
  if (other === undefined) return { joined: [], count: 0 };
  const rows = await readMutualRooms(reader, requester.user, other, after, pageSize + 1);
  const page = rows.slice(0, pageSize);
  const last = page.at(-1);
  const isWhole = after === 0 && rows.length <= pageSize;
  return {
    joined: page.map((row) => row.room_id),
    count: isWhole ? page.length : await countMutualRooms(reader, requester.user, other),
    ...(rows.length > pageSize && last ? { next_batch: `m${last.room}` } : {}),
  };
}

function parseFrom(token: string): number {
  const digits = /^m(\d{1,15})$/.exec(token)?.[1];
  if (digits === undefined) throw new MatrixError('M_INVALID_PARAM', 'The token in from is not valid.');
  return Number(digits);
}
