import { LRUCache } from 'lru-cache';

import type { RoomEngine } from '../../engine/engine.ts';
import type { EventRecord } from '../../engine/event-record.ts';
import type { EventVisibility } from '../../engine/event-visibility.ts';
import { readMembership } from '../../engine/read-membership.ts';
import type { ChangeIndex } from '../../streams/change-index.ts';
import { relationOf } from './relation-of.ts';
import { readKinds, readLatestEdit, readReferences, readRelating, readThread, relatedKinds, type ThreadRow } from './store.ts';
import { historyVisibilityOf, ownObject } from '@hearth/protocol';
import type { Database } from '@hearth/storage';

/** References that are told with an event; /relations tells all of them. */
const referencesMax = 100;
/** Newest replies of a thread that are looked at for a reader to whom some may be hidden. */
const repliesMax = 500;
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

  /** By event number, for those that have any of the kinds. State events, and what is shown without content, have none. */
  async of(records: readonly EventRecord[], reader: AggregationsReader, told: number): Promise<ReadonlyMap<number, Aggregated>> {
    const found = new Map<number, Aggregated>();
    const kinds = await this.#kindsOf(
      records.filter(({ stateKey, redactedBy, isPruned }) => stateKey === undefined && redactedBy === null && !isPruned),
    );
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
    const edit = (kinds & relatedKinds.edit) === 0 ? undefined : await this.#edit(record, reader);
    const references = (kinds & relatedKinds.reference) === 0 ? undefined : await this.#references(record, reader);
    const thread = (kinds & relatedKinds.thread) === 0 ? undefined : await this.#thread(record, reader);
    return { ...(edit && { edit }), ...(references && { references }), ...(thread && { thread }) };
  }

  /** An edit of an edit counts for nothing, nor does one that has no new content. */
  async #edit(record: EventRecord, reader: AggregationsReader): Promise<EventRecord | undefined> {
    const { event, sender, room } = record;
    if (relationOf(event)?.relType === 'm.replace') return undefined;
    const number = await readLatestEdit(this.#deps.database.reader, { eventId: event.eventId, sender, room, type: event.type });
    const [edit] = await this.#seen(number === undefined ? [] : [number], room, reader);
    const isEncrypted = edit?.event.type === 'm.room.encrypted';
    return edit && (isEncrypted || ownObject(edit.event.content, 'm.new_content') !== undefined) ? edit : undefined;
  }

  async #references({ event, room }: EventRecord, reader: AggregationsReader): Promise<readonly string[] | undefined> {
    const numbers = await readReferences(this.#deps.database.reader, event.eventId, room, referencesMax);
    const seen = await this.#seen(numbers, room, reader);
    return seen.length === 0 ? undefined : seen.map((record) => record.event.eventId);
  }

  async #thread(root: EventRecord, reader: AggregationsReader): Promise<Aggregated['thread']> {
    const row = await readThread(this.#deps.database.reader, root.room, root.event.eventId, reader.user);
    if (!row) return undefined;
    const seen = await this.#repliesSeen(root, row, reader);
    return seen && { ...seen, participated: row.participated === 1 || root.sender === reader.user };
  }

  /** What a reader sees of a thread's replies: the newest and how many. Hidden ones are neither shown nor counted (AC-09). */
  async #repliesSeen(
    root: EventRecord,
    row: ThreadRow,
    reader: AggregationsReader,
  ): Promise<{ readonly latest: EventRecord; readonly replies: number } | undefined> {
    const { room } = root;
    const [newest] = await this.#seen([row.latest_event], room, reader);
    if (newest && (await this.#isOpenFrom(root, newest, reader))) return { latest: newest, replies: row.replies };
    const from = { depth: Number.MAX_SAFE_INTEGER, number: Number.MAX_SAFE_INTEGER };
    const page = { room, target: root.event.eventId, relType: 'm.thread', type: '', from, dir: 'b', limit: repliesMax, hops: 1 } as const;
    const rows = await readRelating(this.#deps.database.reader, page);
    const seen = await this.#seen(
      rows.map(({ number }) => number),
      room,
      reader,
    );
    return seen[0] && { latest: seen[0], replies: seen.length };
  }

  /** A member of a room whose history is shared sees all of a thread, so that nobody need look at each reply. */
  async #isOpenFrom(root: EventRecord, newest: EventRecord, reader: AggregationsReader): Promise<boolean> {
    if ((await this.#membershipIn(root.room, reader)) !== 'join') return false;
    for (const { room, stateBefore } of [root, newest]) {
      const state = stateBefore === null ? undefined : await this.#deps.engine.stateAt(room, stateBefore);
      const setting = historyVisibilityOf((await state?.get('m.room.history_visibility', ''))?.event.content);
      if (setting !== 'shared' && setting !== 'world_readable') return false;
    }
    return true;
  }

  /** Of these events of a room, those that the reader may see. */
  async #seen(numbers: readonly number[], room: number, reader: AggregationsReader): Promise<EventRecord[]> {
    if (numbers.length === 0) return [];
    const records = (await this.#deps.engine.events(numbers))
      .filter((record) => record !== undefined)
      .filter((record) => record.room === room);
    return this.#deps.visibility.filter(records, reader.userId, await this.#membershipIn(room, reader));
  }

  async #membershipIn(room: number, reader: AggregationsReader): Promise<string | undefined> {
    return (await readMembership(this.#deps.database.reader, room, reader.user))?.membership;
  }
}
