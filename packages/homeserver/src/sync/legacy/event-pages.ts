import type { EventRecord } from '../../engine/event-record.ts';
import type { Requester } from '../../http/route.ts';
import type { SyncDeps } from '../deps.ts';
import { isShown } from '../other-rooms.ts';
import { ownMembership } from './membership-events.ts';
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
  /** Of a room that the reader left and forgot, nothing but their own going is told. */
  readonly forgotten: (room: number) => boolean;
  /** Clients of version 1 know no knocks. */
  readonly knocks: boolean;
};

/** Those events that reach somebody who was in the room when they came, and those about the reader's own membership. */
export async function eventsForMember(
  deps: SyncDeps,
  records: readonly EventRecord[],
  { requester, ignored, forgotten, knocks }: Reading,
): Promise<EventRecord[]> {
  const shown: EventRecord[] = [];
  for (const record of records) {
    const own = ownMembership(record, requester.userId);
    const isUnwanted =
      own === 'invite'
        ? !(await isShown(deps, { requester, ignored }, record.event.sender))
        : record.stateKey === undefined && ignored.has(record.event.sender);
    if (isUnwanted || (own === 'knock' && !knocks)) continue;
    // What concerns the reader's own membership is told to them whatever the room's history is to others.
    if (own !== undefined) shown.push(record);
    else if (!forgotten(record.room) && (await wasIn(deps, record, requester.userId)))
      shown.push(...(await deps.visibility.filter([record], requester.userId, 'join')));
  }
  return shown;
}

/** Those events that may be read from outside ("Room previews", server behaviour). */
export async function eventsForEverybody(
  deps: SyncDeps,
  records: readonly EventRecord[],
  { requester, ignored }: Reading,
): Promise<EventRecord[]> {
  const told = records.filter((record) => record.stateKey !== undefined || !ignored.has(record.event.sender));
  return deps.visibility.filter(told, requester.userId, undefined);
}

async function wasIn({ engine }: SyncDeps, record: EventRecord, userId: string): Promise<boolean> {
  const state = record.stateBefore ? await engine.stateAt(record.room, record.stateBefore) : undefined;
  return (await state?.get('m.room.member', userId))?.event.content['membership'] === 'join';
}
