/** What a bus needs from outside; kit's clock and log fit. */
export interface BusClock {
  setTimer(delayMs: number, run: () => void, options?: { readonly keepAlive?: boolean }): { cancel(): void };
}

export interface BusLog {
  warn(message: string, fields?: Readonly<Record<string, unknown>>): void;
  error(message: string, fields?: Readonly<Record<string, unknown>>): void;
}

export const noLog: BusLog = { warn: () => {}, error: () => {} };
