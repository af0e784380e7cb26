import type { PositionListener } from './bus.ts';

/** Who listens on this node. A listener's fault is its own and does not keep others from hearing. */
export class Subscribers {
  readonly #listeners = new Set<PositionListener>();
  readonly #onFault: (error: unknown) => void;

  constructor(onFault: (error: unknown) => void) {
    this.#onFault = onFault;
  }

  add(listener: PositionListener): () => void {
    // A listener that subscribes twice hears twice, and each subscription ends for itself.
    const own: PositionListener = (position) => listener(position);
    this.#listeners.add(own);
    return () => void this.#listeners.delete(own);
  }

  tell(position: number): void {
    for (const listener of this.#listeners) {
      try {
        listener(position);
      } catch (error) {
        this.#onFault(error);
      }
    }
  }

  clear(): void {
    this.#listeners.clear();
  }
}
