import type { Random } from '@hearth/kit';

/** Counts what is not in the stream: typing and presence. It starts anew with each life of the node, which its epoch says. */
export class EphemeralCounter {
  readonly epoch: string;
  #position = 1;

  constructor(random: Random) {
    this.epoch = random.text(12, 'abcdefghijklmnopqrstuvwxyz0123456789');
  }

  get position(): number {
    return this.#position;
  }

  /** The next position. */
  advance(): number {
    this.#position += 1;
    return this.#position;
  }
}
