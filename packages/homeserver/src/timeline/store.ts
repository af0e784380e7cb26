import { point, type Reader, scan, streamKinds } from '@hearth/storage';

type TimePlace = { readonly ts: number; readonly number: number };
type Place = { readonly depth: number; readonly number: number };

const eventsBackwards = scan<{ number: number; depth: number }>(
  'timeline-events-backwards',
  `SELECT number, depth FROM events WHERE room = $1 AND in_timeline = 1 AND (depth, number) <= ($2, $3)
   ORDER BY depth DESC, number DESC LIMIT $4`,
);
const eventsForwards = scan<{ number: number; depth: number }>(
  'timeline-events-forwards',
  `SELECT number, depth FROM events WHERE room = $1 AND in_timeline = 1 AND (depth, number) > ($2, $3)
   ORDER BY depth, number LIMIT $4`,
);
const lastEventAt = point<{ subject: number }>(
  'timeline-last-event-at',
  `SELECT subject FROM stream WHERE room = $1 AND kind = ${streamKinds.event} AND position <= $2 ORDER BY position DESC LIMIT 1`,
);
const fromTime = {
  f: point<TimePlace>(
    'timeline-after-time',
    `SELECT number, origin_server_ts AS ts FROM events WHERE room = $1 AND in_timeline = 1 AND (origin_server_ts, number) > ($2, $3)
     ORDER BY origin_server_ts, number LIMIT $4`,
  ),
  b: point<TimePlace>(
    'timeline-before-time',
    `SELECT number, origin_server_ts AS ts FROM events WHERE room = $1 AND in_timeline = 1 AND (origin_server_ts, number) < ($2, $3)
     ORDER BY origin_server_ts DESC, number DESC LIMIT $4`,
  ),
} as const;
const joinedMembers = scan<{ event: number }>(
  'timeline-joined-members',
  "SELECT event FROM memberships WHERE room = $1 AND membership = 'join'",
);

/** Event numbers at or below a place in timeline order, newest first. */
export function readBackwards(reader: Reader, room: number, from: Place, limit: number): Promise<Place[]> {
  return reader.all(eventsBackwards, [room, from.depth, from.number, limit]);
}

/** Event numbers above a place in timeline order, oldest first. */
export function readForwards(reader: Reader, room: number, from: Place, limit: number): Promise<Place[]> {
  return reader.all(eventsForwards, [room, from.depth, from.number, limit]);
}

/** Event numbers from a time on, in its order; up to 20. */
export function readFromTime(reader: Reader, room: number, from: TimePlace, dir: 'b' | 'f', limit: number): Promise<TimePlace[]> {
  return reader.all(fromTime[dir], [room, from.ts, from.number, limit]);
}

/** The newest event of a room at or before a position of the stream. */
export async function readLastEventAt(reader: Reader, room: number, position: number): Promise<number | undefined> {
  return (await reader.first(lastEventAt, [room, position]))?.subject;
}

export async function readJoinedMembers(reader: Reader, room: number): Promise<number[]> {
  return (await reader.all(joinedMembers, [room])).map((row) => row.event);
}
