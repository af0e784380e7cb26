/**
 * Tells other nodes that the clock has moved. It carries positions, never data, and promises nothing: a hint may be lost,
 * doubled or late, so every node also looks at the clock at a slow beat.
 */
export interface Bus {
  /** Says that the clock has reached this position. Never throws and never waits. */
  publish(position: number): void;
  /** Hears what other nodes publish; one's own hints may come back too. */
  subscribe(listener: (position: number) => void): void;
  close(): Promise<void>;
}
