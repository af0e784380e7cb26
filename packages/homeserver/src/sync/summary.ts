import type { RoomHead } from '../engine/room-head.ts';
import type { SyncDeps } from './deps.ts';
import { readHeroes } from './store.ts';

/** `summary` of a joined room: how many members, and, for rooms without a name, whom to name it after. */
export async function roomSummary(deps: SyncDeps, room: RoomHead, user: number): Promise<Record<string, unknown>> {
  const counts = { 'm.joined_member_count': room.joinedMembers, 'm.invited_member_count': room.invitedMembers };
  const [name, alias] = await deps.engine.currentState(room).getMany([['m.room.name', ''], ['m.room.canonical_alias', '']]);
  if (isText(name?.event.content['name']) || isText(alias?.event.content['alias'])) return counts;
  return { ...counts, 'm.heroes': await deps.engine.userIds(await readHeroes(deps.database.reader, room.number, user)) };
}

function isText(value: unknown): boolean {
  return typeof value === 'string' && value !== '';
}
