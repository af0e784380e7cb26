import { LRUCache } from 'lru-cache';

import type { RoomEngine } from '../../engine/engine.ts';
import type { EventRecord } from '../../engine/event-record.ts';
import type { EventVisibility } from '../../engine/event-visibility.ts';
import { readMembership } from '../../engine/read-membership.ts';
import type { ChangeIndex } from '../../streams/change-index.ts';
import { relationOf } from './relation-of.ts';
import { readKinds, readLatestEdit, readReferences, readThread, relatedKinds } from './store.ts';
import { ownObject } from '@hearth/protocol';
import type { Database } from '@hearth/storage';

/** References that are told with an event; /relations tells all of them. */
const referencesMax = 100;
/** Events of which is remembered what kinds of relations they have. */
const rememberedMax = 50_000;

/** What is told together with an event (https://spec.matrix.org/v1.19/client-server-api/#aggregations-of-child-events). */
export type Aggregated = {
  readonly edit?: EventRecord;
  readonly references?: readonly string[];
  readonly thread?: { readonly latest: EventRecord; readonly replies: number; readonly participated: boolean };
};

export type AggregationsDeps = {
  readonly engine: RoomEngine;
  readonly database: Database;
  readonly visibility: EventVisibility;
  readonly changes: ChangeIndex;
};

/** For whom: what they may not see is not told. */
export type AggregationsReader = { readonly user: number; readonly userId: string };

type Remembered = { readonly kinds: number; readonly position: number };

/** Edits, references and threads of events, read together with them. */
export class Aggregations {
  readonly #deps: AggregationsDeps;
  readonly #kinds = new LRUCache<number, Remembered>({ max: rememberedMax });

  constructor(deps: AggregationsDeps) {
    this.#deps = deps;
  }

  /** By event number, for those that have any of the kinds. State events and redacted ones have none. */
  async of(records: readonly EventRecord[], reader: AggregationsReader, told: number): Promise<ReadonlyMap<number, Aggregated>> {
    const found = new Map<number, Aggregated>();
    const kinds = await this.#kindsOf(records.filter(({ stateKey, redactedBy }) => stateKey === undefined && redactedBy === null));
    for (const [record, ofRecord] of kinds) {
      const aggregated = await this.#aggregated(record, ofRecord & told, reader);
      if (Object.keys(aggregated).length > 0) found.set(record.number, aggregated);
    }
    return found;
  }

  /** Most events have none, which is remembered for as long as nothing new came into their room. */
  async #kindsOf(records: readonly EventRecord[]): Promise<Map<EventRecord, number>> {
    const found = new Map<EventRecord, number>();
    const unknown = new Map<string, EventRecord>();
    for (const record of records) {
      const known = this.#kinds.get(record.number);
      if (known === undefined || !this.#deps.changes.isQuietSince(record.room, known.position)) unknown.set(record.event.eventId, record);
      else if (known.kinds !== 0) found.set(record, known.kinds);
    }
    if (unknown.size === 0) return found;
    const position = this.#deps.changes.newest;
    const rows = new Map((await readKinds(this.#deps.database.reader, [...unknown.keys()])).map(({ target, kinds }) => [target, kinds]));
    for (const [eventId, record] of unknown) {
      const kinds = rows.get(eventId) ?? 0;
      this.#kinds.set(record.number, { kinds, position });
      if (kinds !== 0) found.set(record, kinds);
    }
    return found;
  }

  async #aggregated(record: EventRecord, kinds: number, reader: AggregationsReader): Promise<Aggregated> {
    const edit = (kinds & relatedKinds.edit) === 0 ? undefined : await this.#edit(record);
    const references = (kinds & relatedKinds.reference) === 0 ? undefined : await this.#references(record);
    const thread = (kinds & relatedKinds.thread) === 0 ? undefined : await this.#thread(record, reader);
    return { ...(edit && { edit }), ...(references && { references }), ...(thread && { thread }) };
  }

  /** An edit of an edit counts for nothing, nor does one that has no new content. */
  async #edit({ event, sender, room }: EventRecord): Promise<EventRecord | undefined> {
    if (relationOf(event)?.relType === 'm.replace') return undefined;
    const number = await readLatestEdit(this.#deps.database.reader, { eventId: event.eventId, sender, room, type: event.type });
    const edit = number === undefined ? undefined : await this.#deps.engine.event(number);
    const isEncrypted = edit?.event.type === 'm.room.encrypted';
    return edit && (isEncrypted || ownObject(edit.event.content, 'm.new_content') !== undefined) ? edit : undefined;
  }

  async #references({ event, room }: EventRecord): Promise<readonly string[] | undefined> {
    const ids = await readReferences(this.#deps.database.reader, event.eventId, room, referencesMax);
    return ids.length === 0 ? undefined : ids;
  }

  async #thread({ event, room, sender }: EventRecord, reader: AggregationsReader): Promise<Aggregated['thread']> {
    const row = await readThread(this.#deps.database.reader, room, event.eventId, reader.user);
    const latest = row && (await this.#deps.engine.event(row.latest_event));
    if (!latest || latest.room !== room) return undefined;
    const membership = await readMembership(this.#deps.database.reader, room, reader.user);
    const [visible] = await this.#deps.visibility.filter([latest], reader.userId, membership?.membership);
    return visible && { latest: visible, replies: row.replies, participated: row.participated === 1 || sender === reader.user };
  }
}
