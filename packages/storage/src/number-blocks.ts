/** Numbers reserved at once; what a process did not use when it ended stays unused. */
const blockSize = 1_000;
/** A caller takes at most this many at once. */
const countMax = 1_000_000;

type Block = { next: number; end: number };

/** Numbers from blocks of this node, so that a number costs no statement. Two nodes never get the same number. */
export class NumberBlocks {
  /** Moves the sequence on by `count` in the database, durably, and returns the first of the numbers that are now ours. */
  readonly #reserve: (sequence: string, count: number) => Promise<number>;
  /** By sequence; there are as many as there are kinds of numbers in the code. */
  readonly #blocks = new Map<string, Block>();
  readonly #reserving = new Map<string, Promise<void>>();

  constructor(reserve: (sequence: string, count: number) => Promise<number>) {
    this.#reserve = reserve;
  }

  take(sequence: string, count: number): number | Promise<number> {
    if (!Number.isInteger(count) || count < 1 || count > countMax) throw new RangeError(`cannot take ${count} numbers`);
    return this.#takeFromBlock(sequence, count) ?? this.#takeLater(sequence, count);
  }

  #takeFromBlock(sequence: string, count: number): number | undefined {
    const block = this.#blocks.get(sequence);
    if (block === undefined || block.end - block.next < count) return undefined;
    const first = block.next;
    block.next += count;
    return first;
  }

  async #takeLater(sequence: string, count: number): Promise<number> {
    for (;;) {
      // One reservation at a time; whoever waited looks again, since others may have been faster.
      await (this.#reserving.get(sequence) ?? this.#refill(sequence, count));
      const first = this.#takeFromBlock(sequence, count);
      if (first !== undefined) return first;
    }
  }

  #refill(sequence: string, count: number): Promise<void> {
    const size = blockSize + count;
    const refill = this.#reserve(sequence, size)
      .then((first) => {
        const block = this.#blocks.get(sequence);
        if (block !== undefined && block.end === first) block.end = first + size;
        else this.#blocks.set(sequence, { next: first, end: first + size });
      })
      .finally(() => this.#reserving.delete(sequence));
    this.#reserving.set(sequence, refill);
    return refill;
  }
}
