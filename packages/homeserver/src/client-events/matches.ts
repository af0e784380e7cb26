import type { EventRecord } from '../engine/event-record.ts';
import { type RelatedBy, readRelatedBy } from './relations/store.ts';
import type { EventMatcher } from '@hearth/protocol';
import type { Reader } from '@hearth/storage';

/** Of these events of one room, those that a client's filter lets through, in their order. */
export async function matching(reader: Reader, matcher: EventMatcher, records: readonly EventRecord[]): Promise<readonly EventRecord[]> {
  if (matcher.matchesAll || records.length === 0) return records;
  if (matcher.matchesNothing) return [];
  const relatedBy = matcher.needsRelations ? await relationsOf(reader, records) : none;
  return records.filter(({ event }) =>
    matcher.matches({
      type: event.type,
      sender: event.sender,
      roomId: event.roomId,
      content: event.content,
      relatedBy: () => relatedBy.get(event.eventId) ?? [],
    }),
  );
}

async function relationsOf(reader: Reader, records: readonly EventRecord[]): Promise<ReadonlyMap<string, readonly RelatedBy[]>> {
  const related = new Map<string, RelatedBy[]>();
  const targets = records.map(({ event }) => event.eventId);
  for (const row of await readRelatedBy(reader, targets, records[0]?.room ?? 0)) {
    const ofTarget = related.get(row.target);
    if (ofTarget) ofTarget.push(row);
    else related.set(row.target, [row]);
  }
  return related;
}

const none: ReadonlyMap<string, readonly RelatedBy[]> = new Map();
