import { type Reader, scan } from '@hearth/storage';

export type GraphRow = { readonly number: number; readonly depth: number; readonly refusal: string | null };

const columns = 'number, depth, refusal';
const newest = 'AND (depth < $2 OR (depth = $2 AND number <= $3)) ORDER BY depth DESC, number DESC LIMIT $4';
const acceptedRows = scan<GraphRow>('room-graph-accepted', `SELECT ${columns} FROM events WHERE room = $1 AND in_timeline = 1 ${newest}`);
const refusedRows = scan<GraphRow>('room-graph-refused', `SELECT ${columns} FROM events WHERE room = $1 AND verdict <> 1 ${newest}`);

/**
 * The newest events of a room up to a place in its timeline, `count` at most: those of the timeline, and those that were refused or
 * wait for something. Events that are only kept because others cite them are not among them.
 */
export async function newestEvents(
  reader: Reader,
  room: number,
  upTo: { readonly depth: number; readonly number: number },
  count: number,
): Promise<GraphRow[]> {
  const params = [room, upTo.depth, upTo.number, count];
  const [accepted, refused] = await Promise.all([reader.all(acceptedRows, params), reader.all(refusedRows, params)]);
  const byNumber = new Map([...accepted, ...refused].map((row) => [row.number, row]));
  return [...byNumber.values()].toSorted((a, b) => b.depth - a.depth || b.number - a.number).slice(0, count);
}
