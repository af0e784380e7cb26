import type { DatabaseSync, StatementSync } from 'node:sqlite';

/** Pages in the log above which an idle writer moves them into the database file. */
const idlePages = 4_000;
/** Pages above which it does so at once. */
const busyPages = 16_000;
/** A writer without work for this long counts as idle. */
const idleMs = 20;

/** Moves the log into the database file when that disturbs least. PASSIVE never waits for readers. */
export class Checkpointer {
  readonly #pending: StatementSync;
  readonly #passive: StatementSync;
  #timer: NodeJS.Timeout | undefined;

  constructor(database: DatabaseSync) {
    // NOOP only tells how long the log is: https://sqlite.org/pragma.html#pragma_wal_checkpoint
    this.#pending = database.prepare('PRAGMA wal_checkpoint(NOOP)');
    this.#passive = database.prepare('PRAGMA wal_checkpoint(PASSIVE)');
  }

  /** After a commit was answered. */
  afterCommit(): void {
    clearTimeout(this.#timer);
    const row = this.#pending.get();
    const pages = Number(row?.['log'] ?? 0) - Number(row?.['checkpointed'] ?? 0);
    if (pages >= busyPages) this.#passive.get();
    else if (pages >= idlePages) this.#timer = setTimeout(() => this.#passive.get(), idleMs);
  }

  stop(): void {
    clearTimeout(this.#timer);
  }
}
