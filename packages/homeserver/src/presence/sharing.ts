import type { UserRoom } from '../streams/user-rooms.ts';

/** Whether somebody is joined to one of these rooms. Walks the shorter of the two lists. */
export function sharesARoom(theirs: ReadonlyMap<number, UserRoom>, rooms: ReadonlySet<number>): boolean {
  const isIn = (room: number): boolean => theirs.get(room)?.membership === 'join';
  if (rooms.size <= theirs.size) return [...rooms].some(isIn);
  for (const room of theirs.keys()) if (rooms.has(room) && isIn(room)) return true;
  return false;
}
