import { LRUCache } from 'lru-cache';

import { turnEvery } from './breathe.ts';
import { recordOf, type RoomIdentity } from './event-codec.ts';
import type { EventRecord } from './event-record.ts';
import type { Soon } from './soon.ts';
import { eventById, eventByNumber, type EventRow, manyEvents, roomByNumber, someEvents, someEventsById } from './store.ts';
import type { Cache, CacheBudget } from '@hearth/kit';
import { roomVersionRules } from '@hearth/protocol';
import type { Database } from '@hearth/storage';

const roomsMax = 50_000;
/** What numbers by id may claim of the caches' budget against the events themselves. */
const numbersWeight = 1 / 4;
/** Up to here the main thread reads by number; above, the reader worker does. */
const pointReadMax = 20;
/** Events that are decoded in one turn of the event loop: about 3 ms. */
const decodedAtOnce = 100;

/** Reads events by number and by id, through one cache. */
export class EventReader {
  readonly #database: Database;
  readonly #cache: Cache<number, EventRecord>;
  readonly #numbers: Cache<string, number>;
  readonly #rooms = new LRUCache<number, RoomIdentity>({ max: roomsMax });
  /** Counts redactions and purges, so that a reading that began before one does not bring the old words back. */
  #rewrites = 0;

  constructor(database: Database, caches: CacheBudget) {
    this.#database = database;
    this.#cache = caches.cache({ name: 'events', sizeOf: approximateBytes });
    // A number is found more cheaply than an event is read.
    this.#numbers = caches.cache({ name: 'event-numbers', sizeOf: () => 8, weight: numbersWeight });
  }

  /** To be called when the record is committed: from then on it is found by its id. */
  publish(record: EventRecord): void {
    if (record.redactedBy !== null || !record.inTimeline) this.#rewrites += 1;
    this.#cached(record);
  }

  /** Another node rewrote the event. */
  forget(number: number): void {
    this.#rewrites += 1;
    this.#cache.delete(number);
  }

  /** A room was deleted, which happens so seldom that all may be read again. */
  forgetRoom(room: number): void {
    this.#rewrites += 1;
    this.#cache.clear();
    this.#numbers.clear();
    this.#rooms.delete(room);
  }

  rememberRoom(room: number, identity: RoomIdentity): void {
    this.#rooms.set(room, identity);
  }

  /** From memory only. */
  peek(number: number): EventRecord | undefined {
    return this.#cache.get(number);
  }

  byNumber(number: number): Soon<EventRecord | undefined> {
    return this.#cache.get(number) ?? this.#readByNumber(number);
  }

  async #readByNumber(number: number): Promise<EventRecord | undefined> {
    const rewrites = this.#rewrites;
    const row = await this.#database.reader.first(eventByNumber, [number]);
    return row && this.#keep(row, rewrites);
  }

  async byNumbers(numbers: readonly number[]): Promise<(EventRecord | undefined)[]> {
    const found = new Map<number, EventRecord>();
    const missing: number[] = [];
    for (const number of numbers) {
      const known = this.#cache.get(number);
      if (known) found.set(number, known);
      else missing.push(number);
    }
    if (missing.length > 0) {
      const query = missing.length <= pointReadMax ? someEvents : manyEvents;
      const rewrites = this.#rewrites;
      const breathe = turnEvery(decodedAtOnce);
      for (const row of await this.#database.reader.all(query, [missing])) {
        const record = await this.#keep(row, rewrites);
        if (record) found.set(row.number, record);
        await breathe();
      }
    }
    return numbers.map((number) => found.get(number));
  }

  async byId(eventId: string): Promise<EventRecord | undefined> {
    const number = this.#numbers.get(eventId);
    if (number !== undefined) return this.byNumber(number);
    const rewrites = this.#rewrites;
    const row = await this.#database.reader.first(eventById, [eventId]);
    return row && this.#keep(row, rewrites);
  }

  /** Up to 20 events by id, in any order and of any room; those that are not here are left out. */
  async byIds(eventIds: readonly string[]): Promise<EventRecord[]> {
    const found: EventRecord[] = [];
    const missing: string[] = [];
    for (const eventId of eventIds) {
      const number = this.#numbers.get(eventId);
      const known = number === undefined ? undefined : this.#cache.get(number);
      if (known) found.push(known);
      else missing.push(eventId);
    }
    if (missing.length === 0) return found;
    const rewrites = this.#rewrites;
    for (const row of await this.#database.reader.all(someEventsById, [missing])) {
      const record = await this.#keep(row, rewrites);
      if (record) found.push(record);
    }
    return found;
  }

  async #roomIdentity(room: number): Promise<RoomIdentity | undefined> {
    const known = this.#rooms.get(room);
    if (known) return known;
    const row = await this.#database.reader.first(roomByNumber, [room]);
    const rules = row && roomVersionRules(row.version);
    if (!row) return undefined;
    if (!rules) throw new Error(`room ${room} is of a version that this server does not know`);
    const identity = { roomId: row.room_id, rules };
    this.#rooms.set(room, identity);
    return identity;
  }

  /** Undefined for an event of a room that is being deleted. */
  async #keep(row: EventRow, rewrites: number): Promise<EventRecord | undefined> {
    const identity = await this.#roomIdentity(row.room);
    if (identity === undefined) return undefined;
    const record = recordOf(row, identity);
    if (this.#rewrites === rewrites) this.#cached(record);
    return record;
  }

  #cached(record: EventRecord): void {
    this.#cache.set(record.number, record);
    this.#numbers.set(record.event.eventId, record.number);
  }
}

/**
 * What the objects of an event take, as measured on messages; walking the content for an exact size would cost more than it saves.
 */
function approximateBytes(record: EventRecord): number {
  return 1300 + 100 * Object.keys(record.event.content).length + JSON.stringify(record.event.content['body'] ?? '').length;
}
