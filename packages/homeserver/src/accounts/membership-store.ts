import { type Reader, scan } from '@hearth/storage';

const roomsToLeave = scan<{ room: number; room_id: string }>(
  'accounts-rooms-to-leave',
  `SELECT m.room, r.room_id FROM memberships m JOIN rooms r ON r.number = m.room
   WHERE m.usr = $1 AND m.membership IN ('join', 'invite', 'knock') AND m.room > $2 ORDER BY m.room LIMIT 100`,
);

/** Up to 100 rooms after this number in which the user is, to which they are invited or on which they knock. */
export function readRoomsToLeave(reader: Reader, user: number, after: number): Promise<{ room: number; room_id: string }[]> {
  return reader.all(roomsToLeave, [user, after]);
}
