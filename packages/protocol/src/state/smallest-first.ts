/**
 * Numbers below a limit, taken smallest first: a bit for each, and above that a bit for each word that is not empty, up to
 * a single word. Adding and taking cost one step for each of these levels (four for a million).
 */
export class SmallestFirst {
  /** From the bits of the numbers up to the single word. */
  readonly #levels: Uint32Array[] = [];

  constructor(limit: number) {
    let size = limit;
    do {
      size = Math.max(1, Math.ceil(size / 32));
      this.#levels.push(new Uint32Array(size));
    } while (size > 1);
  }

  add(number: number): void {
    let bit = number;
    for (const words of this.#levels) {
      const at = bit >>> 5;
      words[at] = (words[at] as number) | (1 << (bit & 31));
      bit = at;
    }
  }

  take(): number | undefined {
    let first = 0;
    for (let level = this.#levels.length - 1; level >= 0; level -= 1) {
      const word = (this.#levels[level] as Uint32Array)[first] as number;
      if (word === 0) return undefined;
      first = first * 32 + lowestBit(word);
    }
    this.#remove(first);
    return first;
  }

  #remove(number: number): void {
    let bit = number;
    for (const words of this.#levels) {
      const at = bit >>> 5;
      words[at] = (words[at] as number) & ~(1 << (bit & 31));
      if (words[at] !== 0) return;
      bit = at;
    }
  }
}

function lowestBit(word: number): number {
  return 31 - Math.clz32(word & -word);
}
