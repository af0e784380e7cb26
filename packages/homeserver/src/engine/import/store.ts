import { command, type Insert, point, type Reader, scan, type Statement } from '@hearth/storage';

type ImportRow = { room: number; touched_ts: number; removing: number };

const importById = point<ImportRow>('engine-import-by-id', 'SELECT room, touched_ts, removing FROM room_imports WHERE room_id = $1');
const abandoned = scan<{ room: number }>(
  'engine-abandoned-imports',
  'SELECT room FROM room_imports WHERE removing = 1 OR touched_ts < $1 ORDER BY room LIMIT $2',
);

export function readImport(reader: Reader, roomId: string): Promise<ImportRow | undefined> {
  return reader.first(importById, [roomId]);
}

/** Imports that were given up, or of which nothing was stored since a time. */
export async function readAbandoned(reader: Reader, beforeTs: number, limit: number): Promise<number[]> {
  return (await reader.all(abandoned, [beforeTs, limit])).map(({ room }) => room);
}

const insertImport: Insert = {
  name: 'engine-insert-import',
  table: 'room_imports',
  columns: [
    { name: 'room', type: 'integer' },
    { name: 'room_id', type: 'text' },
    { name: 'touched_ts', type: 'integer' },
    { name: 'removing', type: 'integer' },
  ],
  onConflict: { do: 'fail' },
};
const touch = command('engine-touch-import', 'UPDATE room_imports SET touched_ts = $2 WHERE room = $1 AND removing = 0');
const complete = command('engine-complete-import', 'DELETE FROM room_imports WHERE room = $1 AND removing = 0');
const giveUp = command('engine-give-up-import', 'UPDATE room_imports SET removing = 1 WHERE room = $1');
const forget = command('engine-forget-import', 'DELETE FROM room_imports WHERE room = $1');

export function importBegun(room: number, roomId: string, now: number): Statement {
  return { insert: insertImport, row: [room, roomId, now, 0] };
}

/** In the write of each part: there is none once the import was given up. */
export function importGoesOn(room: number, now: number): Statement {
  return { run: touch, params: [room, now], mustChange: 1 };
}

/** In the write that makes the room. */
export function importDone(room: number): Statement {
  return { run: complete, params: [room], mustChange: 1 };
}

/** Not of an import that is done meanwhile: then there is a room. */
export function importGivenUp(room: number): Statement {
  return { run: giveUp, params: [room], mustChange: 1 };
}

export function importForgotten(room: number): Statement {
  return { run: forget, params: [room] };
}

const someEvents = scan<{ number: number }>(
  'engine-import-events',
  'SELECT number FROM events WHERE room = $1 AND in_timeline = 0 LIMIT $2',
);
const ofEvents = [
  command('engine-remove-import-citers', 'DELETE FROM auth_citers WHERE event {in $1}'),
  command('engine-remove-import-events', 'DELETE FROM events WHERE number {in $1}'),
];
const rest = (
  [
    ['memberships', 'usr'],
    ['room_servers', 'server'],
    ['state_nodes', 'number'],
    ['room_states', 'number'],
  ] as const
).map(([table, key]) => ({
  some: point<{ here: number }>(`engine-import-${table}`, `SELECT 1 AS here FROM ${table} WHERE room = $1 LIMIT 1`),
  remove: command(
    `engine-remove-import-${table}`,
    `DELETE FROM ${table} WHERE room = $1 AND ${key} IN (SELECT ${key} FROM ${table} WHERE room = $1 LIMIT $2)`,
  ),
}));

/** Statements that delete some more rows of an import; none when it has no more. */
export async function partRemoval(reader: Reader, room: number, limit: number): Promise<Statement[]> {
  const numbers = (await reader.all(someEvents, [room, limit])).map(({ number }) => number);
  if (numbers.length > 0) return ofEvents.map((run) => ({ run, params: [numbers] }));
  for (const { some, remove } of rest) if (await reader.first(some, [room])) return [{ run: remove, params: [room, limit] }];
  return [];
}
