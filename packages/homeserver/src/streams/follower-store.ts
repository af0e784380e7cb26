import { type Insert, point, type Reader, scan, type Statement, type StreamEntry } from '@hearth/storage';

const cursor = point<{ position: number }>('followers-cursor', 'SELECT position FROM cursors WHERE follower = $1');
const entriesAfter = scan<StreamEntry>(
  'followers-entries-after',
  'SELECT position, kind, room, usr, subject, detail FROM stream WHERE position > $1 ORDER BY position LIMIT $2',
);
const insertCursor: Insert = {
  name: 'followers-insert-cursor',
  table: 'cursors',
  columns: [
    { name: 'follower', type: 'text' },
    { name: 'position', type: 'integer' },
  ],
  onConflict: { do: 'replace', key: ['follower'] },
};

/** How far a follower has come; 0 for one that never ran. */
export async function readCursor(reader: Reader, follower: string): Promise<number> {
  return (await reader.first(cursor, [follower]))?.position ?? 0;
}

export function entriesAfterCursor(reader: Reader, position: number, limit: number): Promise<StreamEntry[]> {
  return reader.all(entriesAfter, [position, limit]);
}

export function commitCursor(follower: string, position: number): Statement {
  return { insert: insertCursor, row: [follower, position] };
}
