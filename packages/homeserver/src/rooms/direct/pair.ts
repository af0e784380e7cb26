import { MatrixError } from '../../http/errors.ts';
import type { Requester } from '../../http/route.ts';
import { requireReachableUser, type RoomsDeps } from '../deps.ts';
import { command, type Insert, point, type Reader, type Statement } from '@hearth/storage';

/** Who wants to talk, and to whom. */
export type Pair = {
  readonly requester: Requester;
  readonly partner: { readonly user: number; readonly userId: string };
};

const pairRoom = point<{ room: number }>('rooms-direct', 'SELECT room FROM direct_rooms WHERE one = $1 AND other = $2');
const activeAccount = point<{ usr: number }>('rooms-direct-account', `SELECT usr FROM accounts WHERE usr = $1 AND state <> 'deactivated'`);
const insertPairRoom: Insert = {
  name: 'rooms-insert-direct',
  table: 'direct_rooms',
  columns: [
    { name: 'one', type: 'integer' },
    { name: 'other', type: 'integer' },
    { name: 'room', type: 'integer' },
  ],
  onConflict: { do: 'fail' },
};
const movePairRoom = command('rooms-move-direct', 'UPDATE direct_rooms SET room = $3 WHERE one = $1 AND other = $2 AND room = $4');

/** Refuses who has no account here, and whom the requester does not want to hear of. */
export async function pairOf(deps: RoomsDeps, requester: Requester, userId: string): Promise<Pair> {
  requireReachableUser(deps, userId);
  if (userId === requester.userId) throw new MatrixError('M_INVALID_PARAM', 'A direct room is one with somebody else.');
  const user = await deps.engine.findUser(userId);
  if (user === undefined || !(await deps.database.reader.first(activeAccount, [user]))) {
    throw new MatrixError('M_NOT_FOUND', `There is no user ${userId}.`);
  }
  if ((await deps.ignoredUsers(requester.user)).has(userId)) {
    throw new MatrixError('M_FORBIDDEN', `You ignore ${userId}. End that first to talk to them.`);
  }
  return { requester, partner: { user, userId } };
}

/** The number of the room that was made for the two; it may be gone, or not be theirs any more. */
export async function readPairRoom(reader: Reader, pair: Pair): Promise<number | undefined> {
  return (await reader.first(pairRoom, key(pair)))?.room;
}

/** From now on the two have this room. Refused when somebody else has settled that meanwhile. */
export function pairRoomRow(pair: Pair, room: number, before: number | undefined): Statement {
  if (before === undefined) return { insert: insertPairRoom, row: [...key(pair), room] };
  return { run: movePairRoom, params: [...key(pair), room, before], mustChange: 1 };
}

function key({ requester, partner }: Pair): readonly [number, number] {
  return requester.user < partner.user ? [requester.user, partner.user] : [partner.user, requester.user];
}
