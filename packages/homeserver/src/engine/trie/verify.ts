import { addPair } from './fingerprint.ts';
import type { PairHash } from './fingerprint.ts';
import { sliceEntries } from './slice.ts';
import { countOf } from './state-root.ts';
import type { StateRoot } from './state-root.ts';
import type { Peek, TrieSteps } from './steps.ts';
import { inconsistent } from './trie-error.ts';

const entriesPerSlice = 4096;

/** Reads a whole state and throws TrieError unless it has the entries that its count and its fingerprint promise. */
export function* verifyState(peek: Peek, root: StateRoot, pairHash: PairHash): TrieSteps<void> {
  let sum = 0n;
  let count = 0;
  for (let from: number | undefined = 0; from !== undefined;) {
    const slice: { entries: readonly (readonly [number, number])[]; next: number | undefined } = yield* sliceEntries(
      peek,
      root,
      from,
      entriesPerSlice,
    );
    for (const [key, event] of slice.entries) sum = addPair(sum, pairHash(key, event));
    count += slice.entries.length;
    if (count > countOf(root)) break;
    from = slice.next;
  }
  if (count !== countOf(root)) throw inconsistent('a state does not have the entries that it counts');
  if (sum !== root.fingerprint) throw inconsistent('a state does not match its fingerprint');
}
