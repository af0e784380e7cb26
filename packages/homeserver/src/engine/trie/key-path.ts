/**
 * The way from the top of the trie to a key. Key numbers are dense, and neighbours would crowd into few leaves, so each
 * is mixed by a bijection first; since that is fixed, the same keys always make the same shape.
 *
 * A path is an integer of 53 bits: 32 bits that mix the whole key, then the key's own upper 21 bits, which are zero
 * until a server has interned 2^32 keys. It is read from the top in 14 digits of 4 bits (the ninth has only 1).
 */

/** Number of digits of a path: no trie is deeper. */
export const depthMax = 14;

const upperSpan = 2 ** 21;

/** How many paths share their first `depth` digits, for depth 0 to 14. */
const spans: readonly number[] = Array.from(
  { length: depthMax + 1 },
  (_, depth) => 2 ** (depth <= 8 ? 53 - 4 * depth : 4 * (depthMax - depth)),
);

/** Bijection of 0 … 2^53 - 1; `keyOf` is its inverse. */
export function pathOf(key: number): number {
  const upper = Math.floor(key / 2 ** 32);
  return mix((key ^ mix(upper)) >>> 0) * upperSpan + upper;
}

export function keyOf(path: number): number {
  const upper = path % upperSpan;
  const lower = (unmix(Math.floor(path / upperSpan)) ^ mix(upper)) >>> 0;
  return upper * 2 ** 32 + lower;
}

/** How many paths lie below a node at this depth. */
export function spanAt(depth: number): number {
  return spans[depth]!;
}

/** The digit of a path that a branch at this depth (0 to 13) decides by: 0 to 15. */
export function digitAt(path: number, depth: number): number {
  return Math.floor((path % spans[depth]!) / spans[depth + 1]!);
}

// Shift-xor and odd multiplication are each invertible on 32 bits; two multiplications reach every bit from every bit.
// The constants are those of MurmurHash3's finaliser. Changing them makes every stored trie unreadable.
const firstFactor = 0x85ebca6b;
const secondFactor = 0xc2b2ae35;
const firstInverse = inverse(firstFactor);
const secondInverse = inverse(secondFactor);

function mix(value: number): number {
  let x = Math.imul(value ^ (value >>> 16), firstFactor);
  x = Math.imul(x ^ (x >>> 13), secondFactor);
  return (x ^ (x >>> 16)) >>> 0;
}

function unmix(value: number): number {
  let x = Math.imul(value ^ (value >>> 16), secondInverse);
  x = Math.imul(x ^ (x >>> 13) ^ (x >>> 26), firstInverse);
  return (x ^ (x >>> 16)) >>> 0;
}

/** Inverse of an odd number modulo 2^32, by Newton's iteration: each round doubles the number of right bits. */
function inverse(odd: number): number {
  let guess = odd;
  for (let round = 0; round < 5; round++) guess = Math.imul(guess, 2 - Math.imul(odd, guess));
  return guess;
}
