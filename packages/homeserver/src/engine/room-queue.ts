import { MatrixError } from '../http/errors.ts';
import type { RoomHead } from './room-head.ts';
import { type Committed, StorageUnavailable, type Write, WriteRefused } from '@hearth/storage';

/** How often an item may lose the room to another node before it is given up. */
const attemptsMax = 10;
/** Writes of one room that may be under way at once; the next build waits. */
const inFlightMax = 200;
/** Items that may wait for one room; more are refused with 503. */
const waitingMax = 2_000;

/** What building an item on a head gives. `write` is undefined when there is nothing to write (a repeated state event). */
export type Built<Result> = {
  readonly result: Result;
  readonly write: Write | undefined;
  /** The head after the write; the same as before when there is none. */
  readonly head: RoomHead;
  /** Called once the write is on disk, before the result is given out. */
  readonly committed: () => void;
};

/** Builds an item on a head that may not be committed yet. Throws MatrixError to refuse; then nothing has happened. */
export type Build<Result> = (head: RoomHead) => Promise<Built<Result>>;

type Item = {
  readonly order: number;
  readonly build: Build<unknown>;
  readonly resolve: (value: { result: unknown; committed: Committed }) => void;
  readonly reject: (error: unknown) => void;
  attempts: number;
};

export type RoomQueueDeps = {
  /** The committed head, from the database. */
  readonly loadHead: () => Promise<RoomHead | undefined>;
  readonly write: (write: Write) => Promise<Committed>;
  /** Forget what was derived from writes that did not happen. */
  readonly discardUncommitted: () => void;
  /** Nothing waits and nothing is under way any more. */
  readonly idle?: () => void;
};

const nothingCommitted: Committed = { entries: [] };

/**
 * A room's writer in this process: one item at a time is built, each on the head that the one before it left, while
 * earlier writes are still on their way to the disk. The database decides: when a write does not happen, all that was
 * built on it does not happen either (its revision claim fails), and those items are built, authorised and signed again.
 */
export class RoomQueue {
  readonly #deps: RoomQueueDeps;
  #head: RoomHead | undefined;
  #committedHead: RoomHead | undefined;
  #waiting: Item[] = [];
  #again: Item[] = [];
  readonly #inFlight = new Set<Promise<void>>();
  /** Ends the queue's rest: something came in, or something that was under way is settled. */
  #wake: () => void = () => undefined;
  #broken = false;
  #order = 0;
  /** Counts what other nodes did to the room, so that what was read or sent before does not pass for the newest. */
  #invalidations = 0;
  /** Another node wrote since the head was read: a write on it fails at the revision, and nothing may be refused because of it. */
  #outdated = false;
  #running: Promise<void> | undefined;

  constructor(deps: RoomQueueDeps, head?: RoomHead) {
    this.#deps = deps;
    this.#head = head;
    this.#committedHead = head;
  }

  /** The newest head that is on disk, if it is in memory. */
  get committedHead(): RoomHead | undefined {
    return this.#committedHead;
  }

  get idle(): boolean {
    return this.#running === undefined;
  }

  /** Another node wrote: read the head again before the next build. */
  invalidate(): void {
    this.#invalidations += 1;
    this.#committedHead = undefined;
    if (this.idle) this.#head = undefined;
    else this.#outdated = true;
  }

  /** A reader has read the newest head; welcome unless the queue is about to make a newer one. */
  learn(head: RoomHead): void {
    if (!this.idle) return;
    this.#head = head;
    this.#committedHead = head;
    this.#outdated = false;
  }

  /** Puts an item into the room's order. Resolves when its write is on disk. */
  submit<Result>(build: Build<Result>): Promise<{ result: Result; committed: Committed }> {
    if (this.#waiting.length >= waitingMax) {
      throw new MatrixError('M_UNAVAILABLE', 'This room has too much to do right now. Try again in a moment.');
    }
    const { promise, resolve, reject } = Promise.withResolvers<{ result: Result; committed: Committed }>();
    this.#order += 1;
    this.#waiting.push({ order: this.#order, build, resolve: resolve as Item['resolve'], reject, attempts: 0 });
    this.#running ??= this.#run();
    this.#wake();
    return promise;
  }

  /** Resolves when nothing waits and nothing is under way. */
  async drain(): Promise<void> {
    while (this.#running) await this.#running;
  }

  async #run(): Promise<void> {
    for (;;) {
      if (this.#broken) await this.#startOver();
      const item = this.#waiting.shift();
      if (item === undefined) {
        if (this.#inFlight.size > 0) {
          await this.#rest();
          continue;
        }
        // In the same turn as the look at what waits: an item that came in between would wait for ever.
        this.#running = undefined;
        if (this.#outdated) this.#head = undefined;
        this.#deps.idle?.();
        return;
      }
      try {
        const head = (this.#head ??= await this.#load());
        const built = await item.build(head);
        if (this.#broken) this.#again.push(item);
        else this.#send(item, built);
      } catch (error) {
        this.#refuse(item, error);
      }
      while (this.#inFlight.size >= inFlightMax) await this.#rest();
    }
  }

  #rest(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  async #load(): Promise<RoomHead> {
    const before = this.#invalidations;
    this.#outdated = false;
    const head = await this.#deps.loadHead();
    if (head === undefined) throw new MatrixError('M_NOT_FOUND', 'This room is not known here.');
    if (this.#invalidations === before) this.#committedHead = head;
    return head;
  }

  #send(item: Item, built: Built<unknown>): void {
    this.#head = built.head;
    const before = this.#invalidations;
    // Without a write of its own the answer still rests on writes before it: it waits for them.
    const outcome = built.write ? this.#deps.write(built.write) : this.#afterInFlight();
    this.#track(item, outcome, (committed) => {
      if (built.write) {
        if (this.#invalidations === before) this.#committedHead = built.head;
        built.committed();
      }
      item.resolve({ result: built.result, committed });
    });
  }

  /** A refusal rests on the writes before it as an answer does: if they do not happen, the item gets another chance. */
  #refuse(item: Item, error: unknown): void {
    this.#track(item, this.#afterInFlight(), () => item.reject(asUnavailable(error)));
  }

  #track(item: Item, outcome: Promise<Committed>, onDone: (committed: Committed) => void): void {
    const settled = this.#settle(item, outcome, onDone).then(() => {
      this.#inFlight.delete(settled);
      this.#wake();
    });
    this.#inFlight.add(settled);
  }

  async #settle(item: Item, outcome: Promise<Committed>, onDone: (committed: Committed) => void): Promise<void> {
    try {
      onDone(await outcome);
    } catch (error) {
      this.#failed(item, error);
    }
  }

  async #afterInFlight(): Promise<Committed> {
    await Promise.all(this.#inFlight);
    if (this.#broken || this.#outdated) throw new WriteRefused('stale', 'a write before this one did not happen, or another node wrote');
    return nothingCommitted;
  }

  #failed(item: Item, error: unknown): void {
    const isFirst = !this.#broken;
    this.#broken = true;
    if (!(error instanceof WriteRefused && error.why === 'stale')) {
      item.reject(asUnavailable(error));
      return;
    }
    // Only who lost the room has spent an attempt; what was built on it is simply built again.
    if (isFirst) item.attempts += 1;
    if (item.attempts < attemptsMax) this.#again.push(item);
    else item.reject(new MatrixError('M_UNAVAILABLE', 'This room is changing too fast. Try again in a moment.'));
  }

  async #startOver(): Promise<void> {
    await Promise.all(this.#inFlight);
    this.#broken = false;
    this.#head = undefined;
    this.#committedHead = undefined;
    this.#deps.discardUncommitted();
    this.#again.sort((a, b) => a.order - b.order);
    this.#waiting = [...this.#again, ...this.#waiting];
    this.#again = [];
  }
}

function asUnavailable(error: unknown): unknown {
  return error instanceof StorageUnavailable ? new MatrixError('M_UNAVAILABLE') : error;
}
