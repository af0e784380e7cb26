import { turnEvery } from './breathe.ts';
import type { DraftDeps } from './draft-deps.ts';
import { authPlaceOf } from './event-codec.ts';
import type { AuthPlace, EventRecord } from './event-record.ts';
import type { ResolutionSite } from './resolve-states.ts';
import type { RoomState } from './states.ts';
import { authPlaces, citersOf } from './store.ts';
import type { CitersFact, CitersPage, EdgeFact, EventFact, ResolutionRequest, ResolutionResponse, StatePair } from '@hearth/protocol';

/** Citing events in one answer. */
const citersPageMax = 100;
/** Pairs that are looked up in one turn of the event loop. */
const pairsAtOnce = 200;

/** Answers what a resolution asks, from memory, from what is pending in the room, and from the database. */
export class ResolutionFacts {
  readonly #deps: DraftDeps;
  readonly #site: ResolutionSite;
  readonly #base: RoomState;
  readonly #conflicting: ReadonlySet<number>;

  /** All states agree with `base` but for the `conflicting` keys. */
  constructor(deps: DraftDeps, site: ResolutionSite, base: RoomState, conflicting: ReadonlySet<number>) {
    this.#deps = deps;
    this.#site = site;
    this.#base = base;
    this.#conflicting = conflicting;
  }

  /** The events of all that is not in conflict. */
  async shared(): Promise<number[]> {
    const entries = await this.#base.entries();
    return entries.filter(([key]) => !this.#conflicting.has(key)).map(([, event]) => event);
  }

  answer(request: ResolutionRequest): Promise<ResolutionResponse> {
    switch (request.need) {
      case 'edges':
        return this.#edges(request.numbers);
      case 'events':
        return this.#events(request.numbers);
      case 'unconflicted':
        return this.#allUnconflicted(request.pairs);
      case 'citers':
        return Promise.all(request.of.map((page) => this.#citers(page)));
      case 'turn':
        return this.#turn();
    }
  }

  async #turn(): Promise<readonly EdgeFact[]> {
    await turnEvery(1)();
    return [];
  }

  async #edges(numbers: readonly number[]): Promise<EdgeFact[]> {
    const facts: EdgeFact[] = [];
    const missing: number[] = [];
    for (const number of numbers) {
      const record = this.#site.events.peek(number);
      if (record) facts.push(edge(number, record.auth));
      else missing.push(number);
    }
    if (missing.length === 0) return facts;
    const rows = await this.#deps.database.reader.all(authPlaces, [missing]);
    return [...facts, ...rows.map((row) => edge(row.number, authPlaceOf(row)))];
  }

  async #events(numbers: readonly number[]): Promise<EventFact[]> {
    const records = await this.#site.events.byNumbers(numbers);
    return records.filter((record) => record?.stateKey !== undefined).map((record) => eventFact(record as EventRecord));
  }

  async #allUnconflicted(pairs: readonly StatePair[]): Promise<(number | undefined)[]> {
    const found: (number | undefined)[] = [];
    const breathe = turnEvery(1);
    for (let start = 0; start < pairs.length; start += pairsAtOnce) {
      if (start > 0) await breathe();
      found.push(...(await Promise.all(pairs.slice(start, start + pairsAtOnce).map((pair) => this.#unconflicted(...pair)))));
    }
    return found;
  }

  async #unconflicted(type: string, stateKey: string): Promise<number | undefined> {
    const key = await this.#deps.interner.findStateKey(type, stateKey);
    return key === undefined || this.#conflicting.has(key) ? undefined : this.#base.eventNumber(key);
  }

  async #citers({ number, from }: CitersPage): Promise<CitersFact> {
    const rows = await this.#deps.database.reader.all(citersOf, [number, from ?? Number.MAX_SAFE_INTEGER, citersPageMax]);
    const found = rows.map((row) => ({ number: row.citer, key: row.state_key }));
    const next = rows.length === citersPageMax ? rows.at(-1)?.citer : undefined;
    // What is not on disk yet is newer than all that is.
    if (from === undefined) found.unshift(...this.#pendingCiters(number));
    const current = await this.#base.eventNumbers(found.map(({ key }) => key).filter((key) => !this.#conflicting.has(key)));
    return { citers: found.map((citer) => ({ number: citer.number, unconflicted: current.get(citer.key) === citer.number })), next };
  }

  #pendingCiters(number: number): { number: number; key: number }[] {
    const citers: { number: number; key: number }[] = [];
    for (const { auth, stateKey, verdict, number: citer } of this.#site.pending.events()) {
      if (stateKey !== undefined && verdict !== 'rejected' && auth?.events.includes(number)) citers.push({ number: citer, key: stateKey });
    }
    return citers;
  }
}

function edge(number: number, auth: AuthPlace | undefined): EdgeFact {
  return { number, rank: auth?.rank ?? 0, authEvents: auth?.events ?? [] };
}

function eventFact(record: EventRecord): EventFact {
  return {
    ...edge(record.number, record.auth),
    key: record.stateKey as number,
    event: record.event,
    rejected: record.verdict === 'rejected',
  };
}
