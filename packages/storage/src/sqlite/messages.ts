/**
 * What the main thread and the SQLite threads tell each other. Flat arrays of plain values: they cross faster than objects, and
 * bytes travel in one block instead of one by one.
 */

/** A value on its way to the writer thread; bytes are `[offset, length]` in the message's block. */
export type PackedValue = number | string | null | readonly [offset: number, length: number];

/** Statements that the thread has not seen yet, to be known by their place in order of arrival. */
export type Definitions = readonly string[];

export type GroupMessage = {
  readonly kind: 'group';
  readonly define: Definitions;
  readonly writes: number;
  /**
   * For each write: number of claims, (room, revision, next revision) of each; number of statements, (statement, number of values, rows that it
   * must change or -1) of each; number of stream rows. The values of statements and stream rows follow each other in `values`.
   */
  readonly script: readonly number[];
  readonly values: readonly PackedValue[];
  readonly bytes: Uint8Array;
};

export type NumbersMessage = { readonly kind: 'numbers'; readonly sequence: string; readonly count: number };
export type CloseMessage = { readonly kind: 'close' };
/** Asks whether the thread could open the file. */
export type HelloMessage = { readonly kind: 'hello' };
export type WriterRequest = HelloMessage | GroupMessage | NumbersMessage | CloseMessage;

export type RefusedWhy = 'stale' | 'duplicate' | 'guard' | 'unavailable' | 'failed';
export type Refusal = { readonly index: number; readonly why: RefusedWhy; readonly message: string };

export type GroupReply = {
  /** The clock after the group. */
  readonly head: number;
  readonly refused: readonly Refusal[];
  readonly split: boolean;
  readonly committed: boolean;
  readonly statements: number;
  readonly rows: number;
};
export type WriterReply =
  | GroupReply
  | { readonly first: number }
  | { readonly unavailable: string }
  | { readonly ready: true }
  | { readonly closed: true };

export type ReadMessage = {
  readonly define: Definitions;
  readonly reads: readonly { readonly statement: number; readonly values: readonly (number | string | Uint8Array | null)[] }[];
};
/** Answers to a ReadMessage in its order. */
export type ReadReply = { readonly results: readonly ReadResult[] };
export type ReadResult =
  | { readonly columns: readonly string[]; readonly rows: readonly unknown[][] }
  | { readonly error: string; readonly unavailable: boolean };
