import type { EventReader } from './event-reader.ts';
import type { EventRecord } from './event-record.ts';
import type { NewNode } from './trie/draft.ts';
import type { TrieNode } from './trie/node-codec.ts';
import type { StateRoot } from './trie/state-root.ts';

/** Where events are read by number. */
export type EventSource = Pick<EventReader, 'peek' | 'byNumber' | 'byNumbers'>;

/**
 * What was made for a room and is not on disk yet, for what is built on it meanwhile. It never goes into a shared cache before its
 * commit: if the write loses its revision, the winner's states and nodes have the same numbers. Bounded by what is in flight.
 */
export class PendingRoom {
  readonly #nodes = new Map<number, TrieNode>();
  readonly #roots = new Map<number, StateRoot>();
  readonly #events = new Map<number, EventRecord>();
  readonly #byId = new Map<string, EventRecord>();
  /** What the redactions among the events redact: their redacted forms may not say it. */
  readonly #redacts = new Map<number, string>();

  get nodes(): ReadonlyMap<number, TrieNode> {
    return this.#nodes;
  }

  root(number: number): StateRoot | undefined {
    return this.#roots.get(number);
  }

  addState(newNodes: readonly NewNode[], number: number, root: StateRoot): void {
    for (const { number: node, node: value } of newNodes) this.#nodes.set(node, value);
    this.#roots.set(number, root);
  }

  eventById(eventId: string): EventRecord | undefined {
    return this.#byId.get(eventId);
  }

  events(): Iterable<EventRecord> {
    return this.#events.values();
  }

  /** A new event, or a new form of one. */
  addEvent(record: EventRecord): void {
    this.#events.set(record.number, record);
    this.#byId.set(record.event.eventId, record);
  }

  addRedaction(redaction: number, redacts: string): void {
    this.#redacts.set(redaction, redacts);
  }

  /** Numbers of the redactions of an event. */
  redactionsOf(eventId: string): number[] {
    return [...this.#redacts].filter(([, redacts]) => redacts === eventId).map(([redaction]) => redaction);
  }

  /** All events of the room: those that are pending here, else those on disk. */
  over(reader: EventSource): EventSource {
    return {
      peek: (number) => this.#events.get(number) ?? reader.peek(number),
      byNumber: (number) => this.#events.get(number) ?? reader.byNumber(number),
      byNumbers: async (numbers) => {
        const held = numbers.map((number) => this.#events.get(number));
        const stored = (await reader.byNumbers(numbers.filter((_, index) => held[index] === undefined))).values();
        return held.map((record) => record ?? stored.next().value);
      },
    };
  }

  /** What is on disk is found there. */
  committed(upTo: number, records: readonly EventRecord[]): void {
    drop(this.#nodes, (number) => number < upTo);
    drop(this.#roots, (number) => number < upTo);
    this.#forget(records);
  }

  /** A build was given up: its states' numbers, from here on, are used again. */
  dropFrom(from: number, records: readonly EventRecord[]): void {
    drop(this.#nodes, (number) => number >= from);
    drop(this.#roots, (number) => number >= from);
    this.#forget(records);
  }

  clear(): void {
    this.#nodes.clear();
    this.#roots.clear();
    this.#events.clear();
    this.#byId.clear();
    this.#redacts.clear();
  }

  #forget(records: readonly EventRecord[]): void {
    for (const record of records) {
      this.#events.delete(record.number);
      this.#byId.delete(record.event.eventId);
      this.#redacts.delete(record.number);
    }
  }
}

function drop(map: Map<number, unknown>, which: (number: number) => boolean): void {
  for (const number of map.keys()) if (which(number)) map.delete(number);
}
