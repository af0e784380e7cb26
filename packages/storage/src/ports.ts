/** What storage needs from outside; kit's clock, randomness and log fit. */
export interface StorageClock {
  /** Milliseconds since 1970. */
  now(): number;
  setTimer(delayMs: number, run: () => void, options?: { readonly keepAlive?: boolean }): { cancel(): void };
}

export interface StorageRandom {
  bytes(length: number): Uint8Array;
}

export interface StorageLog {
  info(message: string, fields?: Readonly<Record<string, unknown>>): void;
  warn(message: string, fields?: Readonly<Record<string, unknown>>): void;
  error(message: string, fields?: Readonly<Record<string, unknown>>): void;
}

export type StorageOptions = {
  readonly clock: StorageClock;
  readonly random: StorageRandom;
  readonly log?: StorageLog;
};

export const noLog: StorageLog = { info: () => {}, warn: () => {}, error: () => {} };

/** A pause on the given clock that keeps the process alive. */
export function pause(clock: StorageClock, delayMs: number): Promise<void> {
  return new Promise((resolve) => void clock.setTimer(delayMs, resolve, { keepAlive: true }));
}
