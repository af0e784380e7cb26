import type { EventRecord } from '../../engine/event-record.ts';
import type { Requester } from '../../http/route.ts';
import type { SyncDeps } from '../deps.ts';
import { isShown } from '../other-rooms.ts';
import { ownMembership } from './membership-events.ts';
import { historyVisibilityOf } from '@hearth/protocol';
import { type StreamEntry, streamKinds } from '@hearth/storage';

/** Events of one answer; the next request goes on after them. */
const pageMax = 100;

/** Events of several rooms in the order in which they came, up to a position. */
export type EventPage = { readonly records: readonly EventRecord[]; readonly upTo: number; readonly complete: boolean };

/** The first events of these rooms in (since, upTo]. */
export async function nextEvents(deps: SyncDeps, rooms: Iterable<number>, since: number, upTo: number): Promise<EventPage> {
  const found: StreamEntry[] = [];
  for (const room of rooms) found.push(...(await deps.changes.roomEntries(room, streamKinds.event, since, upTo, pageMax + 1)));
  found.sort((a, b) => a.position - b.position);
  const page = found.slice(0, pageMax);
  const complete = page.length === found.length;
  const records = await deps.engine.events(page.map((entry) => entry.subject));
  const present = await deps.visibility.present(records.filter((record) => record !== undefined));
  return { records: present, upTo: complete ? upTo : (page.at(-1)?.position ?? upTo), complete };
}

export type Reading = {
  readonly requester: Requester;
  readonly ignored: ReadonlySet<string>;
  /** Clients of version 1 know no knocks. */
  readonly knocks: boolean;
};

/** Those events that reach somebody who was in the room when they came, and those about the reader's own membership. */
export async function eventsForMember(
  deps: SyncDeps,
  records: readonly EventRecord[],
  { requester, ignored, knocks }: Reading,
): Promise<EventRecord[]> {
  const shown: EventRecord[] = [];
  for (const record of records) {
    const own = ownMembership(record, requester.userId);
    const isUnwanted =
      own === 'invite'
        ? !(await isShown(deps, { requester, ignored }, record.event.sender))
        : record.stateKey === undefined && ignored.has(record.event.sender);
    if (isUnwanted || (own === 'knock' && !knocks)) continue;
    if (own !== undefined || (await valueBefore(deps, record, 'm.room.member', requester.userId))?.event.content['membership'] === 'join')
      shown.push(record);
  }
  return shown;
}

/** Those events that everybody may read: the room was world_readable when they came ("Room previews", server behaviour). */
export async function eventsForEverybody(deps: SyncDeps, records: readonly EventRecord[], { ignored }: Reading): Promise<EventRecord[]> {
  const shown: EventRecord[] = [];
  for (const record of records) {
    if (record.stateKey === undefined && ignored.has(record.event.sender)) continue;
    const setting = await valueBefore(deps, record, 'm.room.history_visibility', '');
    if (historyVisibilityOf(setting?.event.content) === 'world_readable') shown.push(record);
  }
  return shown;
}

async function valueBefore({ engine }: SyncDeps, record: EventRecord, type: string, stateKey: string): Promise<EventRecord | undefined> {
  const state = record.stateBefore ? await engine.stateAt(record.room, record.stateBefore) : undefined;
  return state?.get(type, stateKey);
}
