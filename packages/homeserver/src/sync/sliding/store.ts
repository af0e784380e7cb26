import { point, type Reader, scan, streamKinds } from '@hearth/storage';

/** By index for each room, whatever the length of its history. */
const newestEvents = scan<{ room: number; position: number | null }>(
  'sliding-newest-events',
  `SELECT number AS room,
     (SELECT MAX(position) FROM stream WHERE room = rooms.number AND kind = ${streamKinds.event}) AS position
   FROM rooms WHERE number {in $1}`,
);
const direct = point<{ content: string }>(
  'sliding-direct',
  `SELECT content FROM account_data WHERE usr = $1 AND room = 0 AND type = 'm.direct'`,
);
const tags = scan<{ room: number; content: string }>(
  'sliding-tags',
  `SELECT room, content FROM account_data WHERE usr = $1 AND room > 0 AND type = 'm.tag'`,
);

/** Where in the stream the newest event of each of these rooms is. */
export function readNewestEvents(reader: Reader, rooms: readonly number[]): Promise<{ room: number; position: number | null }[]> {
  return reader.all(newestEvents, [rooms]);
}

export async function readDirect(reader: Reader, user: number): Promise<string | undefined> {
  return (await reader.first(direct, [user]))?.content;
}

export function readTags(reader: Reader, user: number): Promise<{ room: number; content: string }[]> {
  return reader.all(tags, [user]);
}
