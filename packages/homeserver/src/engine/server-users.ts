import { membersLike } from './store.ts';
import { domainOf } from '@hearth/protocol';
import type { Reader } from '@hearth/storage';

/** Users of one server whose memberships are looked at. Of a larger crowd those count who are in the room now. */
const usersMax = 100;

/** Those users of another server by whom it is decided what that server gets of a room's events. */
export type ServerUsers = {
  /** Whether one of them is joined now. */
  readonly isParticipating: boolean;
  /** Who is or ever was a member, those who are joined first. */
  readonly userIds: readonly string[];
};

/** Work in proportion to the room's members, in the reader's thread: once for a request. */
export async function usersOfServer(reader: Reader, room: number, serverName: string): Promise<ServerUsers> {
  const pattern = `%:${serverName.replaceAll(/[!%_]/g, '!$&')}`;
  // One engine takes letters of either case for the same here, Matrix does not.
  const rows = (await reader.all(membersLike, [room, pattern, usersMax])).filter(({ user_id }) => domainOf(user_id) === serverName);
  return { isParticipating: rows.some(({ membership }) => membership === 'join'), userIds: rows.map(({ user_id }) => user_id) };
}
