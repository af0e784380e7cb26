import type { StorageCounters } from './database.ts';
import type { StorageLog } from './ports.ts';
import { assertStorable } from './storable.ts';
import { type Committed, StorageUnavailable, type StreamEntry, type Write, WriteRefused } from './write.ts';

/** Writes of one group. */
export const groupWritesMax = 200;
/** Rows and commands of one group, so that one large write does not drag 199 others along. A larger single write goes alone. */
const groupStatementsMax = 5_000;
/** Writes that may wait; more are refused with StorageUnavailable. */
const waitingMax = 20_000;

/** What became of one write: its stream rows with their positions, or why not. */
export type Outcome = Committed | Error;

/** Commits some writes as if one after the other, and says for each what became of it. Rejects with StorageUnavailable when nothing is stored. */
export type CommitGroup = (writes: readonly Write[]) => Promise<readonly Outcome[]>;

type Waiting = { readonly write: Write; readonly resolve: (committed: Committed) => void; readonly reject: (error: Error) => void };

/** Group commit that clocks itself: a group is whatever queued while the last one was committed. */
export class WriteQueue {
  readonly #commit: CommitGroup;
  readonly #check: (write: Write) => void;
  readonly #counters: StorageCounters;
  readonly #log: StorageLog;
  readonly #listeners: ((entries: readonly StreamEntry[]) => void)[] = [];
  #waiting: Waiting[] = [];
  #running: Promise<void> | undefined;
  #closed = false;

  /** `check` throws for a write that the engine could not even send. */
  constructor(deps: { commit: CommitGroup; check: (write: Write) => void; counters: StorageCounters; log: StorageLog }) {
    this.#commit = deps.commit;
    this.#check = deps.check;
    this.#counters = deps.counters;
    this.#log = deps.log;
  }

  onCommitted(listener: (entries: readonly StreamEntry[]) => void): void {
    this.#listeners.push(listener);
  }

  write(write: Write): Promise<Committed> {
    // What is thrown in here rejects the promise.
    return new Promise((resolve, reject) => {
      assertStorable(write);
      this.#check(write);
      if (this.#closed) throw new StorageUnavailable('the database is closed');
      if (this.#waiting.length >= waitingMax) throw new StorageUnavailable(`${waitingMax} writes are waiting already`);
      this.#waiting.push({ write, resolve, reject });
      this.#running ??= this.#run();
    });
  }

  /** Refuses new writes and waits for those that are queued. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#running;
  }

  async #run(): Promise<void> {
    do {
      // Whoever is about to write in this turn of the event loop comes along: half as many commits cost half as much.
      await new Promise((resolve) => setImmediate(resolve));
      await this.#commitNext();
    } while (this.#waiting.length > 0);
    this.#running = undefined;
  }

  async #commitNext(): Promise<void> {
    const group = this.#waiting.splice(0, this.#groupSize());
    this.#counters.groups += 1;
    this.#counters.writes += group.length;
    let outcomes: readonly Outcome[];
    try {
      outcomes = await this.#commit(group.map(({ write }) => write));
    } catch (error) {
      for (const { reject } of group) reject(error instanceof Error ? error : new Error(String(error)));
      return;
    }
    const entries = outcomes.flatMap((outcome) => (outcome instanceof Error ? [] : outcome.entries));
    for (const run of unbrokenRuns(entries)) this.#tell(run);
    for (const [index, { resolve, reject }] of group.entries()) {
      const outcome = outcomes[index] ?? new Error('a write without an outcome');
      if (outcome instanceof WriteRefused && outcome.why === 'stale') this.#counters.stale += 1;
      if (outcome instanceof Error) reject(outcome);
      else resolve(outcome);
    }
  }

  #groupSize(): number {
    let size = 0;
    let statements = 0;
    for (const { write } of this.#waiting) {
      statements += write.statements.length + write.stream.length;
      if (size === groupWritesMax || (size > 0 && statements > groupStatementsMax)) break;
      size += 1;
    }
    return size;
  }

  #tell(entries: readonly StreamEntry[]): void {
    for (const listener of this.#listeners) {
      try {
        listener(entries);
      } catch (error) {
        // The rows are stored: a listener's fault must not look like a failed write.
        this.#log.error('A listener to committed stream rows failed', { error });
      }
    }
  }
}

/** A group that had to be committed in parts may have rows of other nodes between its own: listeners are told each run without gaps. */
function unbrokenRuns(entries: readonly StreamEntry[]): StreamEntry[][] {
  const runs: StreamEntry[][] = [];
  for (const entry of entries) {
    const run = runs.at(-1);
    if (run !== undefined && run.at(-1)?.position === entry.position - 1) run.push(entry);
    else runs.push([entry]);
  }
  return runs;
}

/** The stream rows of a group's writes with their positions, when the last of them got `head`. Refused writes keep their error. */
export function placeEntries(writes: readonly Write[], refused: ReadonlyMap<number, Error>, head: number): Outcome[] {
  let position = head;
  for (const [index, write] of writes.entries()) if (!refused.has(index)) position -= write.stream.length;
  return writes.map((write, index) => {
    const error = refused.get(index);
    if (error) return error;
    return {
      entries: write.stream.map((row) => {
        position += 1;
        return { ...row, position };
      }),
    };
  });
}
