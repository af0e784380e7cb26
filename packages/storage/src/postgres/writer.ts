import type { StorageCounters } from '../database.ts';
import { StatementNumbers } from '../dialect/statement-numbers.ts';
import { pause, type StorageClock } from '../ports.ts';
import { type Outcome, placeEntries } from '../write-queue.ts';
import { StorageUnavailable, type Write, WriteRefused } from '../write.ts';
import { classify } from './errors.ts';
import type { Lane, LaneResult } from './lane.ts';
import { planGroup, type Step, takeConsistent } from './plan-group.ts';

/** How often a group that met locks of others, or a race that was over when we looked, is tried again. */
const attemptsMax = 10;
const busyPauseMs = 5;
/** How often a group goes again after its connection was lost before it was committed. */
const lostAttemptsMax = 2;

/** Some writes of a group, by their place in it; `settled` collects what became of each. */
type Segment = { readonly places: readonly number[]; readonly attempt: number };

/**
 * Commits groups on PostgreSQL: each is one network write. When something in a group fails nothing of it is stored, and it goes
 * again in smaller parts, in order, until the one that fails stands alone.
 */
export class PostgresWriter {
  readonly #lane: Lane;
  readonly #clock: StorageClock;
  readonly #counters: StorageCounters;
  readonly #statements = new StatementNumbers('postgres');

  constructor(lane: Lane, clock: StorageClock, counters: StorageCounters) {
    this.#lane = lane;
    this.#clock = clock;
    this.#counters = counters;
  }

  /** Throws when a statement of the write cannot be understood. */
  check(write: Write): void {
    for (const statement of write.statements) {
      if ('insert' in statement) this.#statements.ofInsert(statement.insert);
      else this.#statements.ofQuery(statement.run);
    }
  }

  async commit(writes: readonly Write[]): Promise<readonly Outcome[]> {
    const outcomes: Outcome[] = [];
    const segments: Segment[] = [{ places: [...writes.keys()], attempt: 1 }];
    // Ends: each round commits a segment, settles a write, cuts a segment in two, or uses up one of a segment's attempts.
    for (let segment = segments.shift(); segment !== undefined; segment = segments.shift()) {
      segments.unshift(...(await this.#advance(segment, writes, outcomes)));
    }
    return outcomes;
  }

  /** One attempt at a segment. Answers what is left to do of it, in order. */
  async #advance(segment: Segment, writes: readonly Write[], outcomes: Outcome[]): Promise<Segment[]> {
    const group = segment.places.map((place) => writes[place] as Write);
    const size = takeConsistent(group);
    if (size < group.length) return cut(segment, size);
    const settle = (error: Error): Segment[] => {
      for (const place of segment.places) outcomes[place] = error;
      return [];
    };
    let steps: readonly Step[] = [];
    let result: LaneResult;
    try {
      result = await this.#lane.commit(
        (flush) => (steps = planGroup(group, this.#statements, { lane: this.#lane.id, flush, nowTs: this.#clock.now() })),
      );
    } catch (error) {
      return settle(error instanceof Error ? error : new Error(String(error)));
    }
    if (result.kind === 'committed') {
      this.#count(group, steps);
      for (const [index, outcome] of placeEntries(group, new Map(), result.head).entries())
        outcomes[segment.places[index] as number] = outcome;
      return [];
    }
    if (result.kind === 'lost') {
      if (segment.attempt > lostAttemptsMax)
        return settle(new StorageUnavailable('the connection to PostgreSQL was lost', { cause: result.error }));
      return [{ ...segment, attempt: segment.attempt + 1 }];
    }
    return this.#afterFailure(segment, group, steps[result.step], result.error, settle, outcomes);
  }

  async #afterFailure(
    segment: Segment,
    group: readonly Write[],
    step: Step | undefined,
    error: unknown,
    settle: (error: Error) => Segment[],
    outcomes: Outcome[],
  ): Promise<Segment[]> {
    const failure = classify(error);
    const again = { ...segment, attempt: segment.attempt + 1 };
    if (failure === 'unavailable' || segment.attempt > attemptsMax)
      return settle(new StorageUnavailable(`PostgreSQL cannot write: ${String(error)}`, { cause: error }));
    if (failure === 'busy') {
      await pause(this.#clock, busyPauseMs * segment.attempt);
      return [again];
    }
    this.#counters.splits += 1;
    if (failure === 'assertion' && step?.part === 'clock') {
      await this.#lane.restore();
      return [again];
    }
    if (failure === 'assertion' && step?.part === 'claim') return this.#dropStale(again, group, outcomes);
    if (group.length === 1) return settle(refusal(failure, step, error));
    // Whether a later write of the group is to blame is only certain once those before it have gone in. A statement that serves
    // one write names it; of one that serves many, any may be it.
    const only = step?.writes.length === 1 ? step.writes[0] : undefined;
    if (only === 0) return cut(segment, 1);
    return cut(segment, only ?? Math.ceil(group.length / 2));
  }

  /** Refuses the writes whose rooms have moved on; the others go again. */
  async #dropStale(segment: Segment, group: readonly Write[], outcomes: Outcome[]): Promise<Segment[]> {
    const rooms = group.flatMap(({ claims }) => claims.map(({ room }) => room));
    let revisions: Map<number, number>;
    try {
      const rows = await this.#lane.query<{ number: number; revision: number }>(
        'SELECT number, revision FROM rooms WHERE number = ANY($1)',
        [rooms],
      );
      revisions = new Map(rows.map(({ number, revision }) => [number, revision]));
    } catch (error) {
      for (const place of segment.places) outcomes[place] = error as Error;
      return [];
    }
    const left: number[] = [];
    for (const [index, write] of group.entries()) {
      const place = segment.places[index] as number;
      if (advanceRooms(write, revisions)) left.push(place);
      else outcomes[place] = new WriteRefused('stale', 'a room of this write is no longer at the revision it was built on');
    }
    if (left.length === 0) return [];
    return [{ places: left, attempt: left.length < group.length ? 1 : segment.attempt }];
  }

  #count(group: readonly Write[], steps: readonly Step[]): void {
    this.#counters.commits += 1;
    for (const { part } of steps) if (part === 'insert' || part === 'command') this.#counters.statementsWritten += 1;
    for (const write of group) this.#counters.rowsWritten += write.stream.length + write.statements.length;
  }
}

/** Moves the revisions that a write claims, if they are what it says. */
function advanceRooms(write: Write, revisions: Map<number, number>): boolean {
  const moved = new Map<number, number>();
  for (const { room, revision, next } of write.claims) {
    if ((moved.get(room) ?? revisions.get(room)) !== revision) return false;
    moved.set(room, next);
  }
  for (const [room, revision] of moved) revisions.set(room, revision);
  return true;
}

function cut(segment: Segment, size: number): Segment[] {
  return [
    { places: segment.places.slice(0, size), attempt: 1 },
    { places: segment.places.slice(size), attempt: 1 },
  ];
}

function refusal(failure: ReturnType<typeof classify>, step: Step | undefined, error: unknown): Error {
  const message = error instanceof Error ? error.message : String(error);
  if (failure === 'duplicate') return new WriteRefused('duplicate', message);
  if (failure === 'assertion' && step?.part === 'command')
    return new WriteRefused('guard', `a statement did not change as many rows as it must (${step.name})`);
  if (failure === 'out-of-range') return new WriteRefused('unstorable', message);
  return new Error(`a write failed: ${message}`, { cause: error });
}
