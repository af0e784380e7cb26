import type { RoomEngine } from '../engine/engine.ts';
import type { EventRecord } from '../engine/event-record.ts';
import { creatorsOf } from '../engine/room-creators.ts';
import type { Generation, Requester } from '../http/route.ts';
import { BaseTexts, stringify } from './base-texts.ts';
import { type Aggregated, Aggregations, type AggregationsDeps } from './relations/aggregations.ts';
import { allKinds, relatedKinds } from './relations/store.ts';
import { stickyMsLeft } from './sticky.ts';
import { readRequestIds, type RequestIds } from './store.ts';
import type { CacheBudget, Clock } from '@hearth/kit';
import {
  clientEvent,
  clientEventV1,
  clientEventV2Alpha,
  jsonObject,
  type JsonObject,
  type Membership,
  membershipOf,
  spliceUnsigned,
  withKey,
} from '@hearth/protocol';
import type { Database } from '@hearth/storage';

export type PresentOptions = {
  /** False in lists that stand under their room. */
  readonly withRoomId: boolean;
  /** Shapes of 2015 for `v1` and `v2a`. */
  readonly generation: Generation;
};

export type ClientEventsDeps = AggregationsDeps & {
  readonly engine: RoomEngine;
  readonly database: Database;
  readonly clock: Clock;
  readonly caches: CacheBudget;
};

/**
 * Events as a certain reader sees them. The caller has checked that the reader may see them (engine/event-visibility.ts); what depends on
 * the reader is in `unsigned`: age, transaction id, earlier content, redaction, own membership.
 */
export class ClientEvents {
  readonly #deps: ClientEventsDeps;
  readonly #aggregations: Aggregations;
  readonly baseTexts: BaseTexts;

  constructor(deps: ClientEventsDeps) {
    this.#deps = deps;
    this.#aggregations = new Aggregations(deps);
    this.baseTexts = new BaseTexts(deps.caches);
  }

  /** JSON texts, one an event, in the same order. */
  async asTexts(records: readonly EventRecord[], reader: Requester | undefined, options: PresentOptions): Promise<string[]> {
    const unsigned = await this.#unsignedOf(records, reader);
    if (options.generation === 'v1' || options.generation === 'v2a') {
      return Promise.all(records.map(async (record, index) => stringify(await this.#of2015(record, unsigned[index], options.generation))));
    }
    return records.map((record, index) => spliceUnsigned(this.baseTexts.of(record, options.withRoomId), stringify(unsigned[index])));
  }

  /** The same as objects, for answers that are put together from them. */
  async asObjects(records: readonly EventRecord[], reader: Requester | undefined, options: PresentOptions): Promise<JsonObject[]> {
    const unsigned = await this.#unsignedOf(records, reader);
    if (options.generation === 'v1' || options.generation === 'v2a') {
      return Promise.all(records.map((record, index) => this.#of2015(record, unsigned[index], options.generation)));
    }
    return records.map((record, index) => clientEvent(record.event, record.rules, unsigned[index], { withRoomId: options.withRoomId }));
  }

  async #of2015(record: EventRecord, unsigned: JsonObject | undefined, generation: Generation): Promise<JsonObject> {
    const creators = record.rules.privilegedCreators && record.event.type === 'm.room.power_levels' ? await this.#creators(record) : [];
    const shape = generation === 'v1' ? clientEventV1 : clientEventV2Alpha;
    return shape(record.event, record.rules, unsigned, creators);
  }

  async #creators(record: EventRecord): Promise<string[]> {
    const state = record.stateBefore === null ? undefined : await this.#deps.engine.stateAt(record.room, record.stateBefore);
    return state ? creatorsOf(state) : [];
  }

  async #unsignedOf(records: readonly EventRecord[], reader: Requester | undefined, told = allKinds): Promise<JsonObject[]> {
    const own = reader === undefined ? [] : records.filter((record) => record.sender === reader.user).map((record) => record.number);
    const sent = reader === undefined ? none : await readRequestIds(this.#deps.database.reader, own, reader.user, reader.deviceId);
    const aggregated = reader === undefined ? noneAggregated : await this.#aggregations.of(records, reader, told);
    const now = this.#deps.clock.now();
    const result: JsonObject[] = [];
    for (const record of records) {
      const unsigned = await this.#unsigned(record, now, sent.get(record.number), reader);
      const relations = aggregated.get(record.number);
      result.push(
        reader === undefined || relations === undefined
          ? unsigned
          : withKey(unsigned, 'm.relations', await this.#relations(relations, reader)),
      );
      // The state of a large room: what is in memory is awaited without letting anybody else have a turn.
      if (result.length % eventsPerTurn === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    return result;
  }

  async #unsigned(record: EventRecord, now: number, request: RequestIds | undefined, reader: Requester | undefined): Promise<JsonObject> {
    const { event } = record;
    const before = event.stateKey === undefined ? undefined : await this.#stateBefore(record, event.type, event.stateKey);
    const redaction = record.redactedBy === null ? undefined : await this.#deps.engine.event(record.redactedBy);
    return jsonObject({
      age: Math.max(0, now - event.originServerTs),
      transaction_id: request?.transactionId,
      delay_id: request?.delayId,
      'org.matrix.msc4140.delay_id': request?.delayId,
      msc4354_sticky_duration_ttl_ms: stickyMsLeft(record, now),
      prev_content: before?.event.content,
      prev_sender: before?.event.sender,
      replaces_state: before?.event.eventId,
      redacted_because: redaction && clientEvent(redaction.event, redaction.rules),
      membership: reader === undefined ? undefined : await this.#membershipAt(record, reader.userId),
    });
  }

  async #relations({ edit, references, thread }: Aggregated, reader: Requester): Promise<JsonObject> {
    return jsonObject({
      'm.replace': edit && (await this.#nested(edit, reader)),
      'm.reference': references && { chunk: references.map((eventId) => ({ event_id: eventId })) },
      'm.thread': thread && {
        latest_event: await this.#nested(thread.latest, reader),
        count: thread.replies,
        current_user_participated: thread.participated,
      },
    });
  }

  /** An event inside another's `unsigned` shows its edit and nothing else: relations may be chained without end. */
  async #nested(record: EventRecord, reader: Requester): Promise<JsonObject> {
    const [unsigned] = await this.#unsignedOf([record], reader, relatedKinds.edit);
    return clientEvent(record.event, record.rules, unsigned);
  }

  /** The reader's membership at the event: after it, when it is the reader's own membership event (client-server API, "unsigned"). */
  async #membershipAt(record: EventRecord, userId: string): Promise<Membership> {
    const isOwn = record.event.type === 'm.room.member' && record.event.stateKey === userId;
    const member = isOwn ? record : await this.#stateBefore(record, 'm.room.member', userId);
    return membershipOf(member?.event.content);
  }

  async #stateBefore(record: EventRecord, type: string, stateKey: string): Promise<EventRecord | undefined> {
    if (record.stateBefore === null || record.stateBefore === 0) return undefined;
    const state = await this.#deps.engine.stateAt(record.room, record.stateBefore);
    return state?.get(type, stateKey);
  }
}

/** Events presented before others get a turn; about two milliseconds. */
const eventsPerTurn = 200;

const none: ReadonlyMap<number, RequestIds> = new Map();
const noneAggregated: ReadonlyMap<number, Aggregated> = new Map();
