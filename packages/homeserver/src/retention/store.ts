import { type Reader, scan } from '@hearth/storage';

const roomsAfter = scan<{ number: number }>('retention-rooms-after', 'SELECT number FROM rooms WHERE number > $1 ORDER BY number LIMIT $2');
const messagesBetween = scan<{ number: number; ts: number }>(
  'retention-messages-between',
  `SELECT number, origin_server_ts AS ts FROM events
   WHERE room = $1 AND in_timeline = 1 AND state_key IS NULL AND origin_server_ts >= $2 AND origin_server_ts < $3
   ORDER BY origin_server_ts LIMIT $4`,
);
export async function readRoomsAfter(reader: Reader, room: number, limit: number): Promise<number[]> {
  return (await reader.all(roomsAfter, [room, limit])).map(({ number }) => number);
}

/** Messages by the time that their senders gave them, oldest first. */
export async function readMessagesBetween(reader: Reader, room: number, from: number, before: number, limit: number): Promise<number[]> {
  return (await reader.all(messagesBetween, [room, from, before, limit])).map(({ number }) => number);
}
