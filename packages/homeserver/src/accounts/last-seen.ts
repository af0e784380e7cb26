import { deviceSeen, type Seen } from './device-store.ts';
import { type Clock, sleep } from '@hearth/kit';
import type { Database } from '@hearth/storage';

/** How often it is written where and when devices were seen. */
export const lastSeenWriteMs = 3 * 60_000;
/** Devices that are remembered until the next write; beyond it the newest are left out. */
const devicesMax = 100_000;
/** Devices of one write. */
const batchMax = 500;

/**
 * When, from where and with what program each device was last seen. Requests only leave a note in memory; the notes are written in
 * batches, so that reading costs no writing. A crash loses a few minutes of it.
 */
export class LastSeen {
  readonly #database: Database;
  readonly #clock: Clock;
  readonly #onError: (error: unknown) => void;
  readonly #notes = new Map<number, Map<string, Seen>>();
  #count = 0;
  #stopping = new AbortController();
  #loop: Promise<void> | undefined;

  constructor(deps: { readonly database: Database; readonly clock: Clock; readonly onError: (error: unknown) => void }) {
    this.#database = deps.database;
    this.#clock = deps.clock;
    this.#onError = deps.onError;
  }

  note(user: number, deviceId: string, seen: Seen): void {
    if (deviceId === '') return;
    const devices = this.#notes.get(user);
    if (devices?.has(deviceId) !== true) {
      if (this.#count >= devicesMax) return;
      this.#count += 1;
    }
    if (devices) devices.set(deviceId, seen);
    else this.#notes.set(user, new Map([[deviceId, seen]]));
  }

  /** What is noted and not yet written. */
  of(user: number, deviceId: string): Seen | undefined {
    return this.#notes.get(user)?.get(deviceId);
  }

  start(): void {
    this.#stopping = new AbortController();
    this.#loop ??= this.#run(this.#stopping.signal);
  }

  /** Writes what is noted, then rests. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#loop;
    this.#loop = undefined;
    await this.flush();
  }

  async flush(): Promise<void> {
    const statements = [...this.#notes].flatMap(([user, devices]) =>
      [...devices].map(([deviceId, seen]) => deviceSeen(user, deviceId, seen)),
    );
    this.#notes.clear();
    this.#count = 0;
    for (let index = 0; index < statements.length; index += batchMax) {
      await this.#database.write({ claims: [], statements: statements.slice(index, index + batchMax), stream: [] });
    }
  }

  async #run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await sleep(this.#clock, lastSeenWriteMs, signal);
      if (signal.aborted) return;
      await this.flush().catch(this.#onError);
    }
  }
}
