/**
 * What the trie says when its stored bytes cannot be right: a node that is missing, malformed or in the wrong place.
 * It is never an answer to a user's mistake; whoever meets it stops the request loudly, and the room's state at that
 * point has to be restored from a backup or from another server.
 */
export class TrieError extends Error {
  override readonly name = 'TrieError';
  readonly code: TrieErrorCode;

  constructor(code: TrieErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

export type TrieErrorCode =
  /** The bytes are not what the encoder writes. */
  | 'malformed'
  /** A pointer leads to a node that the loader did not find. */
  | 'missing-node'
  /** Each node is well formed but they do not fit together: a leaf outside its place, counts that disagree. */
  | 'inconsistent'
  /** A number given by the caller is out of range. */
  | 'out-of-range';

export function malformed(what: string): TrieError {
  return new TrieError('malformed', `state trie: ${what}`);
}

export function inconsistent(what: string): TrieError {
  return new TrieError('inconsistent', `state trie: ${what}`);
}

/** Refuses what is not an integer of 0 to 2^53 - 1 (from `least` on). */
export function checkInteger(value: number, what: string, least = 0): void {
  if (!Number.isSafeInteger(value) || value < least) throw new TrieError('out-of-range', `state trie: ${what} is ${value}`);
}
