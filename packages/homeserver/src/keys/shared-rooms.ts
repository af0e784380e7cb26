import { type Reader, scan } from '@hearth/storage';

const membersOf = scan<{ usr: number }>(
  'keys-members-of',
  `SELECT usr FROM memberships WHERE room = $1 AND membership IN ('join', 'invite')`,
);
const shared = scan<{ usr: number; room: number }>(
  'keys-shared-rooms',
  `SELECT usr, room FROM memberships WHERE usr {in $1} AND room {in $2} AND membership IN ('join', 'invite')`,
);

/** Who is in a room, or invited to it: those for whom a member of it encrypts. */
export async function readMembers(reader: Reader, room: number): Promise<number[]> {
  return (await reader.all(membersOf, [room])).map(({ usr }) => usr);
}

/** Of these rooms, those that each of the users is in or invited to. */
export async function readSharedRooms(reader: Reader, users: readonly number[], rooms: readonly number[]): Promise<Map<number, number[]>> {
  const found = new Map<number, number[]>(users.map((user) => [user, []]));
  for (const { usr, room } of await reader.all(shared, [users, rooms])) found.get(usr)?.push(room);
  return found;
}
