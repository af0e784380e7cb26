/**
 * One piece of a glob, between two stars: literal characters and single-character wildcards, found in linear time.
 *
 * A piece without wildcard is found with a failure table (Knuth, Morris, Pratt): the text is read once. A piece with
 * wildcards has no such table, so all its prefixes are followed at once as bits of machine words (shift-and): the text is
 * read once, with one step per 32 characters of the piece.
 */

/** Whether a match may begin, or end, at this index of the text. */
export type Place = (at: number) => boolean;

export type Piece = {
  /** How many code points it matches. */
  readonly length: number;
  /** Whether the text has the piece at this index. */
  readonly isAt: (codes: Uint32Array, at: number) => boolean;
  /** The end of the first occurrence at or after `from` whose beginning and end are allowed. */
  readonly find: (codes: Uint32Array, from: number, mayBegin: Place, mayEnd: Place) => number | undefined;
};

/** No code point has this value: it stands for "any one character" in a piece. */
const anyOne = 0xffffffff;
const questionMark = 63;

export function compilePiece(source: string, withWildcards: boolean): Piece {
  const wanted = Uint32Array.from(source, (char) => char.codePointAt(0) ?? 0);
  const isWild = withWildcards && wanted.includes(questionMark);
  if (isWild) wanted.forEach((code, i) => (wanted[i] = code === questionMark ? anyOne : code));
  return {
    length: wanted.length,
    isAt: (codes, at) =>
      at >= 0 && at + wanted.length <= codes.length && wanted.every((code, i) => code === anyOne || codes[at + i] === code),
    find: isWild ? findWild(wanted) : findLiteral(wanted),
  };
}

function findLiteral(wanted: Uint32Array): Piece['find'] {
  const size = wanted.length;
  const fallback = failureTable(wanted);
  return (codes, from, mayBegin, mayEnd) => {
    if (size === 0) return mayBegin(from) && mayEnd(from) ? from : undefined;
    let matched = 0;
    for (let i = from; i < codes.length; i += 1) {
      while (matched > 0 && codes[i] !== wanted[matched]) matched = fallback[matched - 1] ?? 0;
      if (codes[i] === wanted[matched]) matched += 1;
      if (matched < size) continue;
      if (mayBegin(i + 1 - size) && mayEnd(i + 1)) return i + 1;
      matched = fallback[size - 1] ?? 0;
    }
    return undefined;
  };
}

/** For each prefix of the piece, the length of its longest proper beginning that is also its end. */
function failureTable(wanted: Uint32Array): Uint32Array {
  const table = new Uint32Array(wanted.length);
  let matched = 0;
  for (let i = 1; i < wanted.length; i += 1) {
    while (matched > 0 && wanted[i] !== wanted[matched]) matched = table[matched - 1] ?? 0;
    if (wanted[i] === wanted[matched]) matched += 1;
    table[i] = matched;
  }
  return table;
}

function findWild(wanted: Uint32Array): Piece['find'] {
  const size = wanted.length;
  const words = Math.ceil(size / 32);
  const { masks, others } = bitMasks(wanted, words);
  const lastWord = words - 1;
  const lastBit = 1 << ((size - 1) % 32);
  return (codes, from, mayBegin, mayEnd) => {
    // Bit p of `alive` says: the last p + 1 characters read are a prefix of the piece.
    const alive = new Int32Array(words);
    for (let i = from; i < codes.length; i += 1) {
      const mask = masks.get(codes[i] ?? 0) ?? others;
      let carry = 1;
      for (let w = 0; w < words; w += 1) {
        const before = alive[w] ?? 0;
        alive[w] = ((before << 1) | carry) & (mask[w] ?? 0);
        carry = before >>> 31;
      }
      if (((alive[lastWord] ?? 0) & lastBit) !== 0 && mayBegin(i + 1 - size) && mayEnd(i + 1)) return i + 1;
    }
    return undefined;
  };
}

/** For each character of the piece the places where it fits; `others` has the wildcards' places only. */
function bitMasks(wanted: Uint32Array, words: number): { masks: Map<number, Int32Array>; others: Int32Array } {
  const others = new Int32Array(words);
  wanted.forEach((code, i) => {
    if (code === anyOne) setBit(others, i);
  });
  const masks = new Map<number, Int32Array>();
  wanted.forEach((code, i) => {
    if (code === anyOne) return;
    const mask = masks.get(code) ?? others.slice();
    setBit(mask, i);
    masks.set(code, mask);
  });
  return { masks, others };
}

function setBit(bits: Int32Array, place: number): void {
  const word = place >>> 5;
  bits[word] = (bits[word] ?? 0) | (1 << (place & 31));
}
