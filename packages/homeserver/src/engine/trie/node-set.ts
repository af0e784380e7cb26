/** A set of node numbers as bits, in pages that exist only where there are numbers: 4 KB for up to 32,768 of them. */
export class NodeSet {
  readonly #pages = new Map<number, Uint32Array>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** Whether the number is new. */
  add(number: number): boolean {
    const page = this.#page(Math.floor(number / pageBits));
    const word = (number % pageBits) >>> 5;
    const bit = 1 << (number % 32);
    if ((page[word]! & bit) !== 0) return false;
    page[word]! |= bit;
    this.#size++;
    return true;
  }

  has(number: number): boolean {
    const word = this.#pages.get(Math.floor(number / pageBits))?.[(number % pageBits) >>> 5];
    return word !== undefined && (word & (1 << (number % 32))) !== 0;
  }

  #page(index: number): Uint32Array {
    let page = this.#pages.get(index);
    if (page === undefined) this.#pages.set(index, (page = new Uint32Array(pageBits / 32)));
    return page;
  }
}

const pageBits = 32_768;
