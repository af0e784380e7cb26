import type { RoomEngine } from '../engine/engine.ts';
import type { EventRecord } from '../engine/event-record.ts';
import type { EventVisibility } from '../engine/event-visibility.ts';
import { type RelatedBy, readRelatedBy } from './relations/store.ts';
import type { EventMatcher } from '@hearth/protocol';
import type { Database } from '@hearth/storage';

export type MatchingDeps = {
  readonly database: Pick<Database, 'reader'>;
  readonly engine: Pick<RoomEngine, 'events'>;
  readonly visibility: Pick<EventVisibility, 'filter'>;
};

/** Who is shown the events, and their present membership in the room. */
export type MatchingReader = { readonly userId: string; readonly membership: string | undefined };

/** Relations of one event that are tried at once, until the reader may see one of them. */
const triedAtOnce = 20;

/** Of these events of one room, those that a client's filter lets through, in their order. */
export async function matching(
  deps: MatchingDeps,
  matcher: EventMatcher,
  records: readonly EventRecord[],
  reader: MatchingReader,
): Promise<readonly EventRecord[]> {
  if (matcher.matchesAll || records.length === 0) return records;
  if (matcher.matchesNothing) return [];
  if (!matcher.needsRelations) return records.filter((record) => matches(matcher, record, []));
  const related = await relationsOf(deps, records);
  const matched: EventRecord[] = [];
  for (const record of records) {
    const fitting = (related.get(record.event.eventId) ?? []).filter((relation) => matches(matcher, record, [relation]));
    if (await seesOne(deps, fitting, reader)) matched.push(record);
  }
  return matched;
}

function matches(matcher: EventMatcher, { event }: EventRecord, relations: readonly RelatedBy[]): boolean {
  const { type, sender, roomId, content } = event;
  return matcher.matches({ type, sender, roomId, content, relatedBy: () => relations });
}

/** What somebody said after the reader left must not tell itself by an event that it relates to. */
async function seesOne({ engine, visibility }: MatchingDeps, relations: readonly RelatedBy[], reader: MatchingReader): Promise<boolean> {
  for (let from = 0; from < relations.length; from += triedAtOnce) {
    const found = await engine.events(relations.slice(from, from + triedAtOnce).map(({ event }) => event));
    const records = found.filter((record) => record !== undefined);
    if ((await visibility.filter(records, reader.userId, reader.membership)).length > 0) return true;
  }
  return false;
}

async function relationsOf(
  { database }: MatchingDeps,
  records: readonly EventRecord[],
): Promise<ReadonlyMap<string, readonly RelatedBy[]>> {
  const related = new Map<string, RelatedBy[]>();
  const targets = records.map(({ event }) => event.eventId);
  for (const row of await readRelatedBy(database.reader, targets, records[0]?.room ?? 0)) {
    const ofTarget = related.get(row.target);
    if (ofTarget) ofTarget.push(row);
    else related.set(row.target, [row]);
  }
  return related;
}
