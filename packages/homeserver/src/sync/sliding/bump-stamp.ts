import type { SyncDeps } from '../deps.ts';
import { streamKinds } from '@hearth/storage';

/** What counts as something going on in a room (MSC4186, "bump_stamp"). */
const bumpTypes: ReadonlySet<string> = new Set([
  'm.room.create',
  'm.room.message',
  'm.room.encrypted',
  'm.sticker',
  'm.call.invite',
  'm.poll.start',
  'org.matrix.msc3381.poll.start',
  'm.beacon_info',
  'org.matrix.msc3672.beacon_info',
]);
/** Events looked at, from the newest on. Where none of them counts, the room is as old as the last of them. */
const lookedAtMax = 200;
const pageSize = 20;

type Extent = { readonly from: number; readonly upTo: number; readonly ignored: ReadonlySet<string> };

/** Where in the stream something last went on in the room after `from`; undefined when nothing did. */
export async function bumpStampOf(
  { changes, engine }: SyncDeps,
  room: number,
  { from, upTo, ignored }: Extent,
): Promise<number | undefined> {
  let before = upTo;
  for (let looked = 0; looked < lookedAtMax; looked += pageSize) {
    const entries = await changes.newestRoomEntries(room, streamKinds.event, from, before, pageSize);
    const records = await engine.events(entries.map(({ subject }) => subject));
    const found = records.findIndex((record) => record && bumpTypes.has(record.event.type) && !ignored.has(record.event.sender));
    if (found >= 0) return entries[found]?.position;
    const last = entries.at(-1);
    if (last === undefined || entries.length < pageSize) break;
    before = last.position - 1;
  }
  return from === 0 ? before : undefined;
}
