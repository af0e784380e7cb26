import type { StatePair } from '../auth/auth-types.ts';
import type { CitersFact, CitersPage, EdgeFact, EventFact, ResolutionRequest, ResolutionWork, Steps } from './request.ts';

/** No request names more than this many events or pairs, so that a store can answer each with one bounded query. */
const requestMax = 1000;

/**
 * Steps between two turns of others. A step is about a microsecond of a slow machine, so a turn comes every few milliseconds; it is
 * counted and not timed, so that the same resolution always asks the same.
 */
const turnSteps = 4000;
/** An authorisation check, finding out a sender's power, and reading an event that the caller hands in, in steps. */
export const checkSteps = 100;
export const levelSteps = 50;
const factSteps = 20;

/** What one resolution has learned so far. Lives as long as the resolution; nothing is asked twice. */
export class Known {
  readonly work: ResolutionWork = { requests: 0, edges: 0, events: 0, citers: 0, checks: 0, steps: 0 };
  readonly #edges = new Map<number, EdgeFact>();
  readonly #events = new Map<number, EventFact>();
  readonly #unconflicted = new Map<string, number | undefined>();
  /** Asked for and not there. */
  readonly #missing = new Set<number>();
  #stepsAtTurn = 0;

  edge(number: number): EdgeFact | undefined {
    return this.#edges.get(number);
  }

  event(number: number): EventFact | undefined {
    return this.#events.get(number);
  }

  /** The auth events of an event as far as they are known. */
  authEventsOf(number: number): readonly number[] {
    const authEvents = this.#edges.get(number)?.authEvents ?? [];
    return this.#missing.size === 0 ? authEvents : authEvents.filter((auth) => !this.#missing.has(auth));
  }

  /** How high an event stands; whatever is not there stands below everything. */
  rankOf(number: number): number {
    return this.#edges.get(number)?.rank ?? -Infinity;
  }

  isUnknown(number: number): boolean {
    return this.edge(number) === undefined && !this.#missing.has(number);
  }

  /** Counts what was computed, and gives others a turn when it is time. */
  *spend(steps: number): Steps<void> {
    this.work.steps += steps;
    if (this.work.steps - this.#stepsAtTurn < turnSteps) return;
    this.#stepsAtTurn = this.work.steps;
    yield { need: 'turn', work: { ...this.work } };
  }

  *loadEdges(numbers: Iterable<number>): Steps<void> {
    for (const batch of batches(once(numbers, (n) => this.isUnknown(n)))) {
      const facts = (yield this.#count({ need: 'edges', numbers: batch })) as readonly EdgeFact[];
      this.work.edges += facts.length;
      for (const fact of facts) this.#edges.set(fact.number, fact);
      this.#noteMissing(batch);
      yield* this.spend(facts.length);
    }
  }

  *loadEvents(numbers: Iterable<number>): Steps<void> {
    const isWanted = (n: number): boolean => !this.#events.has(n) && !this.#missing.has(n);
    for (const batch of batches(once(numbers, isWanted))) {
      const facts = (yield this.#count({ need: 'events', numbers: batch })) as readonly EventFact[];
      this.work.events += facts.length;
      for (const fact of facts) {
        this.#events.set(fact.number, fact);
        this.#edges.set(fact.number, fact);
      }
      this.#noteMissing(batch);
      yield* this.spend(facts.length * factSteps);
    }
  }

  *loadUnconflicted(pairs: readonly StatePair[]): Steps<void> {
    const byName = new Map(pairs.map((pair) => [pairName(...pair), pair]));
    for (const batch of batches(once(byName.keys(), (name) => !this.#unconflicted.has(name)))) {
      const asked = batch.map((name) => byName.get(name) as StatePair);
      const found = (yield this.#count({ need: 'unconflicted', pairs: asked })) as readonly (number | undefined)[];
      batch.forEach((name, i) => this.#unconflicted.set(name, found[i]));
      yield* this.spend(batch.length);
    }
  }

  /** The unconflicted state's event of a pair that was loaded before. */
  unconflicted(type: string, stateKey: string): number | undefined {
    return this.#unconflicted.get(pairName(type, stateKey));
  }

  *askCiters(of: readonly CitersPage[]): Steps<readonly CitersFact[]> {
    const answers: CitersFact[] = [];
    for (const batch of batches(of)) {
      answers.push(...((yield this.#count({ need: 'citers', of: batch })) as readonly CitersFact[]));
    }
    for (const { citers } of answers) this.work.citers += citers.length;
    return answers;
  }

  #count(request: ResolutionRequest): ResolutionRequest {
    this.work.requests++;
    return request;
  }

  #noteMissing(batch: readonly number[]): void {
    for (const number of batch) if (this.edge(number) === undefined) this.#missing.add(number);
  }
}

/** Ranks fall along auth edges. Where they do not, no walk could be trusted to end, so none begins. */
export function assertLower(auth: EdgeFact, event: EdgeFact): void {
  if (auth.rank < event.rank) return;
  throw new Error(`event ${event.number} has rank ${event.rank}, its auth event ${auth.number} has rank ${auth.rank}`);
}

/** One string per pair; the length keeps type and state key apart whatever they contain. */
export function pairName(type: string, stateKey: string): string {
  return `${type.length}:${type}${stateKey}`;
}

/** The wanted items without repetitions. Most are known already, and those cost a look-up and no entry in a set. */
function once<T>(items: Iterable<T>, isWanted: (item: T) => boolean): Iterable<T> {
  const found = new Set<T>();
  for (const item of items) if (isWanted(item)) found.add(item);
  return found;
}

function* batches<T>(items: Iterable<T>): Iterable<T[]> {
  let batch: T[] = [];
  for (const item of items) {
    batch.push(item);
    if (batch.length < requestMax) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}
