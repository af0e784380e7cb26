import { foldWord } from '../fold-word.ts';

/** Longest part that is told from others, in characters. */
const partLengthMax = 32;
/** Parts of one text, and words of one search, that count. */
const partsMax = 100;
const wordsMax = 8;

/** The words of a name as they are compared. None is cut by dictionary: what is looked for may be cut otherwise. */
export function* wordsOfName(text: string): Generator<string> {
  for (const [word] of text.normalize('NFKC').matchAll(/[\p{L}\p{N}\p{M}]+/gu)) {
    const folded = foldWord(word);
    if (folded !== '') yield folded;
  }
}

/** Every end of every word: whatever stands anywhere in a name is the beginning of one of them, in scripts without spaces too. */
export function partsOf(texts: readonly string[]): ReadonlySet<string> {
  const parts = new Set<string>();
  const words = texts.map((text) => [...wordsOfName(text)]);
  // Whole words first: where there are too many parts, those stay.
  for (const word of words.flat()) {
    if (parts.size >= partsMax) return parts;
    parts.add(shortened(Array.from(word)));
  }
  for (const word of words.flat()) {
    const letters = Array.from(word);
    for (let start = 1; start < letters.length; start += 1) {
      if (parts.size >= partsMax) return parts;
      parts.add(shortened(letters.slice(start)));
    }
  }
  return parts;
}

/** What a search looks for, the longest first: it leaves the fewest to look through. */
export function wantedParts(text: string): readonly string[] {
  const words = new Set<string>();
  for (const word of wordsOfName(text)) {
    words.add(shortened(Array.from(word)));
    if (words.size >= wordsMax) break;
  }
  return [...words].sort((a, b) => b.length - a.length);
}

/** The end of the range of texts that begin with this one. */
export function after(part: string): string {
  return `${part}\u{10FFFF}`;
}

function shortened(letters: readonly string[]): string {
  return letters.slice(0, partLengthMax).join('');
}
