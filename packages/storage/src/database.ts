import type { Reader } from './query.ts';
import type { Committed, StreamEntry, Write } from './write.ts';

/** An open database, whichever engine. Everything above storage/ sees only this. */
export interface Database {
  readonly engine: 'sqlite' | 'postgres';
  /** Identity of this database's life; a restore makes a new one. Part of every sync token. */
  readonly incarnation: string;
  readonly reader: Reader;
  readonly counters: StorageCounters;
  /**
   * Commits a write, durably, in a group with whatever else is queued (at most 200 writes a group).
   * Throws WriteRefused or StorageUnavailable; then nothing of it is stored.
   */
  write(write: Write): Promise<Committed>;
  /** Reserves `count` consecutive numbers of a sequence (`event`, `room`, `user`, `state-key`, …) from this node's block; gives the first, at once while the block has enough. */
  takeNumbers(sequence: string, count: number): number | Promise<number>;
  /** The clock: the position of the newest committed stream row. */
  head(): Promise<number>;
  /** Called after each local group commit with its stream rows in position order, before the writers are answered. */
  onCommitted(listener: (entries: readonly StreamEntry[]) => void): void;
  /** Waits for what is queued, then closes. */
  close(): Promise<void>;
}

/** What tests and metrics count. All monotonic. */
export type StorageCounters = {
  statementsRead: number;
  rowsRead: number;
  statementsWritten: number;
  rowsWritten: number;
  groups: number;
  writes: number;
  /** Groups that were rolled back and split because a write in them failed. */
  splits: number;
  stale: number;
  /** Transactions that the writer committed; each is one forced write to the disk. Groups of which everything was refused have none. */
  commits: number;
};
