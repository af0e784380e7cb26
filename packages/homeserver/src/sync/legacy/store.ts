import { type Reader, scan } from '@hearth/storage';

const published = scan<{ room: number }>('legacy-published', 'SELECT room FROM published_rooms WHERE room {in $1}');

/** Of these rooms, the ones in the public list. */
export async function readPublished(reader: Reader, rooms: readonly number[]): Promise<ReadonlySet<number>> {
  return new Set((await reader.all(published, [rooms])).map((row) => row.room));
}
