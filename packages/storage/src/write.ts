import type { Param, Query } from './query.ts';

/**
 * A write is a value: what must still be true, what to change, and what to tell. It reads nothing, so it can be sent to
 * another thread, merged into a group with others and retried.
 */
export type Write = {
  /**
   * Rooms that this write changes, each with the revision it was built on and the one that it leaves behind. Claims are checked
   * before the statements: a room that the write itself inserts is not claimed.
   */
  readonly claims: readonly RoomClaim[];
  readonly statements: readonly Statement[];
  /** Rows of the stream, in order; their positions are taken from the clock by the last statement of the group. */
  readonly stream: readonly StreamRow[];
};

export type RoomClaim = {
  readonly room: number;
  readonly revision: number;
  /**
   * A number that no other write ever leaves behind (`takeNumbers('revision', 1)`). Counting on would not do: when another node
   * overtakes this write by one of its own, the room would be where this write wanted it, and what was built on this write would pass.
   */
  readonly next: number;
};

/** One statement of a write: a row for a table (groups merge such rows into one statement), or a command. */
export type Statement = RowStatement | CommandStatement;
export type RowStatement = { readonly insert: Insert; readonly row: readonly Param[] };
export type CommandStatement = {
  readonly run: Query;
  readonly params: readonly Param[];
  /** When given, the write fails with `WriteRefused('guard')` unless exactly this many rows changed. */
  readonly mustChange?: number;
};

/** An insert that is known by table and columns, so that many rows can travel as one statement. */
export type Insert = {
  readonly name: string;
  readonly table: string;
  readonly columns: readonly InsertColumn[];
  /**
   * `fail`: a duplicate key refuses the write (`WriteRefused('duplicate')`); `ignore`: the row that is there stays;
   * `replace`: all other columns take the new values. `key` are the columns of the unique key concerned.
   */
  readonly onConflict: { readonly do: 'fail' } | { readonly do: 'ignore' | 'replace'; readonly key: readonly string[] };
};
export type InsertColumn = { readonly name: string; readonly type: 'integer' | 'text' | 'bytes' };

/** A narrow row that says that something durable changed, for whom, and where to find it. */
export type StreamRow = {
  /** One of `streamKinds` in stream-kinds.ts. */
  readonly kind: number;
  /** The audience: everybody who is in this room, … */
  readonly room: number | null;
  /** … or this user (by number). Exactly one of the two is given, or neither for what concerns the whole server. */
  readonly usr: number | null;
  /** The number of the thing that changed: an event, a user, a room, as the kind says. */
  readonly subject: number;
  /** A short key where a number does not say it: a device id, an account-data type. */
  readonly detail: string | null;
};
export type StreamEntry = StreamRow & { readonly position: number };

/** The stream rows of a committed write with their positions; empty for a write without stream rows. */
export type Committed = { readonly entries: readonly StreamEntry[] };

/** Why a write did not happen. Nothing of it was stored; other writes of its group were not hurt. */
export class WriteRefused extends Error {
  /**
   * `stale`: a claimed room is no longer at that revision. `duplicate`: a unique key is taken. `guard`: a `mustChange` did not hold.
   * `unstorable`: a text holds U+0000 or is not well-formed, or a number is no integer within ±2^53.
   */
  readonly why: 'stale' | 'duplicate' | 'guard' | 'unstorable';
  constructor(why: WriteRefused['why'], message: string) {
    super(message);
    this.name = 'WriteRefused';
    this.why = why;
  }
}

/**
 * The database cannot write now (disk full, connection lost). The caller answers 503 and may try again. Nothing was stored, with
 * two exceptions in which nobody can tell: PostgreSQL did not come back for 30 s after a commit was sent, or the thread that
 * writes to SQLite died. Revisions and unique keys then keep a repetition from doubling anything.
 */
export class StorageUnavailable extends Error {
  override readonly name = 'StorageUnavailable';
}

export const emptyWrite: Write = Object.freeze({ claims: [], statements: [], stream: [] });

/** Several writes as one: they commit together or not at all. */
export function together(...writes: readonly Write[]): Write {
  return {
    claims: writes.flatMap((write) => write.claims),
    statements: writes.flatMap((write) => write.statements),
    stream: writes.flatMap((write) => write.stream),
  };
}
