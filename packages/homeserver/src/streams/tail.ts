import type { Bus } from '@hearth/bus';
import { type Database, type StreamEntry, scan, StorageUnavailable } from '@hearth/storage';

/** Entries read from the database in one go while catching up. */
const pageEntriesMax = 1_000;

const entriesAfter = scan<StreamEntry>(
  'streams-entries-after',
  `SELECT position, kind, room, usr, subject, detail FROM stream WHERE position > $1 ORDER BY position LIMIT ${pageEntriesMax}`,
);

/** Sees each entry of the stream once, in order, on every node. Must not throw and must not wait. */
export type TailConsumer = (entries: readonly StreamEntry[], origin: 'local' | 'elsewhere') => void;

/**
 * This node's view of the clock. Entries that this node commits are taken from the commit itself; when positions are
 * missing in between (another node wrote) they are read from the database. Consumers thus see every position once and
 * in order, and `position` is the newest one that all consumers have seen: no /sync answers beyond it.
 */
export class StreamTail {
  readonly #database: Database;
  readonly #consumers: TailConsumer[] = [];
  #position = 0;
  /** Resolves to false when the stream could not be read; then the next hint or beat tries again. */
  #catchingUp: Promise<boolean> | undefined;
  #wanted = 0;
  readonly #onError: (error: unknown) => void;

  constructor(database: Database, onError: (error: unknown) => void) {
    this.#database = database;
    this.#onError = onError;
  }

  get position(): number {
    return this.#position;
  }

  /** Consumers are called in the order in which they were added: caches first, those that wake clients last. */
  consume(consumer: TailConsumer): void {
    this.#consumers.push(consumer);
  }

  /** Starts at the clock's present head. The bus only hints; `beat` looks at the clock when no hint came. */
  async start(bus: Bus): Promise<void> {
    this.#position = await this.#database.head();
    this.#database.onCommitted((entries) => {
      const last = entries.at(-1);
      if (last === undefined) return;
      this.#local(entries);
      bus.publish(last.position);
    });
    bus.subscribe((position) => this.hint(position));
  }

  /** Somebody says that the clock has reached this position. */
  hint(position: number): void {
    if (position > this.#wanted) this.#wanted = position;
    if (position > this.#position) this.#catchUp();
  }

  /** The slow beat: looks at the clock itself, since hints may be lost. */
  async beat(): Promise<void> {
    this.hint(await this.#database.head());
  }

  /** Resolves when every entry up to this position has been seen by the consumers; throws StorageUnavailable when it cannot be read. */
  async reached(position: number): Promise<void> {
    while (this.#position < position) {
      this.hint(position);
      if ((await this.#catchingUp) === false) throw new StorageUnavailable('the stream cannot be read now');
    }
  }

  /** Resolves when everything that is committed by now has been seen by the consumers. */
  async caughtUp(): Promise<void> {
    await this.reached(await this.#database.head());
  }

  #local(entries: readonly StreamEntry[]): void {
    const first = entries[0];
    if (first === undefined) return;
    if (first.position === this.#position + 1 && this.#catchingUp === undefined) this.#deliver(entries, 'local');
    else this.hint(entries.at(-1)?.position ?? 0);
  }

  #catchUp(): void {
    this.#catchingUp ??= this.#readAhead()
      .catch((error: unknown) => {
        this.#onError(error);
        return false;
      })
      .then((complete) => {
        this.#catchingUp = undefined;
        if (complete && this.#wanted > this.#position) this.#catchUp();
        return complete;
      });
  }

  async #readAhead(): Promise<boolean> {
    while (this.#position < this.#wanted) {
      const entries = await this.#database.reader.all(entriesAfter, [this.#position]);
      if (entries.length === 0) throw new Error(`the stream ends before position ${this.#wanted}`);
      this.#deliver(entries, 'elsewhere');
    }
    return true;
  }

  #deliver(entries: readonly StreamEntry[], origin: 'local' | 'elsewhere'): void {
    const last = entries.at(-1);
    if (last === undefined) return;
    for (const consumer of this.#consumers) {
      try {
        consumer(entries, origin);
      } catch (error) {
        // A mistake in one consumer must not keep the others, and all clients, from what is new.
        this.#onError(error);
      }
    }
    this.#position = last.position;
  }
}
