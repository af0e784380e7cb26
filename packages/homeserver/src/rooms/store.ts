import { command, type Insert, point, type Reader, scan, type Statement } from '@hearth/storage';

const aliasRow = point<{ room: number; creator: number }>('rooms-alias', 'SELECT room, creator FROM aliases WHERE alias = $1');
const aliasesOfRoomQuery = scan<{ alias: string }>('rooms-aliases-of-room', 'SELECT alias FROM aliases WHERE room = $1 ORDER BY alias');

const insertAlias: Insert = {
  name: 'rooms-insert-alias',
  table: 'aliases',
  columns: [
    { name: 'alias', type: 'text' },
    { name: 'room', type: 'integer' },
    { name: 'creator', type: 'integer' },
    { name: 'created_ts', type: 'integer' },
  ],
  onConflict: { do: 'fail' },
};
const insertPublished: Insert = {
  name: 'rooms-insert-published',
  table: 'published_rooms',
  columns: [
    { name: 'room', type: 'integer' },
    { name: 'published_ts', type: 'integer' },
  ],
  onConflict: { do: 'ignore', key: ['room'] },
};
const deleteAlias = command('rooms-delete-alias', 'DELETE FROM aliases WHERE alias = $1');
const forgetRoom = command(
  'rooms-forget',
  `UPDATE memberships SET forgotten = 1 WHERE room = $1 AND usr = $2 AND membership IN ('leave', 'ban')`,
);

/** Most aliases of one room that are listed. */
export const aliasesListedMax = 1_000;

export function readAlias(reader: Reader, alias: string): Promise<{ room: number; creator: number } | undefined> {
  return reader.first(aliasRow, [alias]);
}

export async function readAliasesOfRoom(reader: Reader, room: number): Promise<string[]> {
  const rows = await reader.all(aliasesOfRoomQuery, [room]);
  return rows.slice(0, aliasesListedMax).map((row) => row.alias);
}

export function aliasInsertion(alias: string, room: number, creator: number, now: number): Statement {
  return { insert: insertAlias, row: [alias, room, creator, now] };
}

export function aliasDeletion(alias: string): Statement {
  return { run: deleteAlias, params: [alias], mustChange: 1 };
}

export function publishRow(room: number, now: number): Statement {
  return { insert: insertPublished, row: [room, now] };
}

/** Changes a row only if the user has left. */
export function forgetting(room: number, user: number): Statement {
  return { run: forgetRoom, params: [room, user], mustChange: 1 };
}
