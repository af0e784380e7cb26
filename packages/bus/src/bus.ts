/** Told of a position that the clock has reached. */
export type PositionListener = (position: number) => void;

/**
 * Wakes other nodes. It carries hints and never data: a position may come late, twice, out of order, merged into a newer one,
 * or not at all, so whoever listens also looks at the clock now and then.
 */
export interface Bus {
  /** Says that the clock has reached this position. Never throws and never waits. */
  publish(position: number): void;
  /** Hears of positions that any node published, this one included. Returns how to stop. */
  subscribe(listener: PositionListener): () => void;
  close(): Promise<void>;
}
