import type { EventRecord } from '../engine/event-record.ts';
import type { RoomHead } from '../engine/room-head.ts';
import type { SyncDeps } from './deps.ts';
import { readHeroes } from './store.ts';

export type RoomSummary = {
  readonly 'm.joined_member_count': number;
  readonly 'm.invited_member_count': number;
  /** Absent for rooms that have a name. */
  readonly 'm.heroes'?: readonly string[];
};

const summarised: ReadonlySet<string> = new Set(['m.room.member', 'm.room.name', 'm.room.canonical_alias']);

/** Whether one of these events may have changed the summary. */
export function changesSummary(changed: readonly EventRecord[]): boolean {
  return changed.some((record) => record.stateKey !== undefined && summarised.has(record.event.type));
}

/** `summary` of a joined room: how many members, and, for rooms without a name, whom to name it after. */
export async function roomSummary(deps: SyncDeps, room: RoomHead, user: number): Promise<RoomSummary> {
  const counts = { 'm.joined_member_count': room.joinedMembers, 'm.invited_member_count': room.invitedMembers };
  const [name, alias] = await deps.engine.currentState(room).getMany([
    ['m.room.name', ''],
    ['m.room.canonical_alias', ''],
  ]);
  if (isText(name?.event.content['name']) || isText(alias?.event.content['alias'])) return counts;
  return { ...counts, 'm.heroes': await deps.engine.userIds(await readHeroes(deps.database.reader, room.number, user)) };
}

function isText(value: unknown): boolean {
  return typeof value === 'string' && value !== '';
}
