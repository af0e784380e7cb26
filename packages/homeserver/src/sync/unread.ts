import type { Database } from '@hearth/storage';
import type { RoomHead } from '../engine/room-head.ts';
import { readExceptions, readReadUpTo } from './store.ts';

export type UnreadCounts = { readonly notification_count: number; readonly highlight_count: number };

/** Unread counts by arithmetic: the room's running number minus the one up to which the user has read, plus exceptions. */
export async function unreadCounts(database: Database, room: HeadCount, user: number): Promise<UnreadCounts> {
  const readUpTo = await readReadUpTo(database.reader, room.number, user);
  const { highlights, delta } = await readExceptions(database.reader, room.number, user, readUpTo);
  return { notification_count: Math.max(0, room.countable - readUpTo + delta), highlight_count: highlights };
}

type HeadCount = Pick<RoomHead, 'number' | 'countable'>;
