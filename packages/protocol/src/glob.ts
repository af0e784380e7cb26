/**
 * Glob patterns of strangers, matched in time linear in the text whatever the pattern is.
 *
 * `*` stands for any number of characters, `?` for exactly one (a code point). There is no escape
 * (https://spec.matrix.org/v1.19/appendices/#glob-style-matching). A pattern is cut at its stars into pieces, and each
 * piece is looked for once, to the right of the piece before: the earliest place is always as good as any later one,
 * so nothing is ever tried twice. The search of a piece (glob-piece.ts) is linear too.
 */
import type { Place, Piece } from './glob-piece.ts';
import { compilePiece } from './glob-piece.ts';

export type GlobOptions = {
  /** Compare without regard to upper and lower case, as push rules do (see foldCase). */
  readonly ignoreCase?: boolean;
  /**
   * Look for the pattern anywhere in the text, between word boundaries, as push rules do with `content.body`. Between
   * two characters of [A-Za-z0-9_] is no boundary; every other place, and both ends of the text, is one.
   */
  readonly words?: boolean;
  /** Only `*` is special and `?` is itself, as in filters of event types. */
  readonly starsOnly?: boolean;
  /** No character is special. */
  readonly literal?: boolean;
};

/** A compiled pattern. */
export type Glob = { readonly matches: (text: string) => boolean };

/** Compiles a pattern once. Memory is proportional to the pattern's length; callers cap that length. */
export function compileGlob(pattern: string, options: GlobOptions = {}): Glob {
  const { ignoreCase = false, words = false, literal = false, starsOnly = literal } = options;
  const folded = ignoreCase ? foldCase(pattern) : pattern;
  const pieces = literal ? [folded] : folded.split('*');
  const matches = words ? wordMatcher(pieces, starsOnly) : wholeMatcher(pieces, starsOnly);
  return { matches: ignoreCase ? (text) => matches(foldCase(text)) : matches };
}

/**
 * The form in which texts that differ only in case are equal: lower case by Unicode's simple and special rules, in
 * every language alike, with the two small sigmas made one (which of them lower-casing gives depends on the neighbours,
 * and a pattern's neighbours are not the text's). The specification leaves the choice to the server.
 */
export function foldCase(text: string): string {
  return text.toLowerCase().replaceAll('ς', 'σ');
}

type Matcher = (text: string) => boolean;

function wholeMatcher(pieces: readonly string[], starsOnly: boolean): Matcher {
  const [first = '', ...rest] = pieces;
  const last = rest.pop();
  const special = !starsOnly && pieces.some((piece) => piece.includes('?'));
  if (!special && last === undefined) return (text) => text === first;
  if (!special && last === '' && rest.every((piece) => piece === '')) return (text) => text.startsWith(first);
  const head = compilePiece(first, !starsOnly);
  const tail = last === undefined ? undefined : compilePiece(last, !starsOnly);
  const middle = rest.filter((piece) => piece !== '').map((piece) => compilePiece(piece, !starsOnly));
  const shortest = [head, ...middle, ...(tail === undefined ? [] : [tail])].reduce((sum, piece) => sum + piece.length, 0);
  return (text) => {
    if (text.length < shortest) return false;
    const codes = codePoints(text);
    if (codes.length < shortest || !head.isAt(codes, 0)) return false;
    if (tail === undefined) return codes.length === head.length;
    const end = findInOrder(middle, codes, head.length);
    const tailStart = codes.length - tail.length;
    return end !== undefined && end <= tailStart && tail.isAt(codes, tailStart);
  };
}

function wordMatcher(pieces: readonly string[], starsOnly: boolean): Matcher {
  // The place before the first and after the last character is a boundary, so an outer star always reaches one.
  const [first = '', ...rest] = pieces;
  const last = rest.pop();
  if (pieces.every((piece) => piece === '')) return () => true;
  const head = first === '' ? undefined : compilePiece(first, !starsOnly);
  const tail = last === undefined || last === '' ? undefined : compilePiece(last, !starsOnly);
  const middle = rest.filter((piece) => piece !== '').map((piece) => compilePiece(piece, !starsOnly));
  const literal = pieces.filter((piece) => piece !== '' && (starsOnly || !piece.includes('?')));
  const whole = last === undefined;
  return (text) => {
    // Most keywords are not in most messages, and the engine's own search says so fastest.
    if (literal.some((piece) => piece.length <= quickSearchMax && !text.includes(piece))) return false;
    const codes = codePoints(text);
    const boundary: Place = (at) => !(isWord(codes[at - 1]) && isWord(codes[at]));
    let at: number | undefined = 0;
    if (head !== undefined) at = head.find(codes, 0, boundary, whole ? boundary : anywhere);
    if (at !== undefined) at = findInOrder(middle, codes, at);
    if (at !== undefined && tail !== undefined) at = tail.find(codes, at, anywhere, boundary);
    return at !== undefined;
  };
}

/** Above this length a piece made for the purpose could make the engine's search compare it at each place. */
const quickSearchMax = 32;

function findInOrder(pieces: readonly Piece[], codes: Uint32Array, from: number): number | undefined {
  let at: number | undefined = from;
  for (const piece of pieces) {
    at = piece.find(codes, at, anywhere, anywhere);
    if (at === undefined) return undefined;
  }
  return at;
}

const anywhere: Place = () => true;

/** The code points of a text; a lone surrogate counts as one. */
function codePoints(text: string): Uint32Array {
  const codes = new Uint32Array(text.length);
  let count = 0;
  for (let i = 0; i < text.length; i += 1) {
    const unit = text.charCodeAt(i);
    const isHigh = unit >= 0xd800 && unit <= 0xdbff;
    const code = isHigh ? (text.codePointAt(i) ?? unit) : unit;
    if (code > 0xffff) i += 1;
    codes[count] = code;
    count += 1;
  }
  return count === text.length ? codes : codes.subarray(0, count);
}

function isWord(code: number | undefined): boolean {
  if (code === undefined) return false;
  return (code >= 97 && code <= 122) || (code >= 65 && code <= 90) || (code >= 48 && code <= 57) || code === 95;
}
