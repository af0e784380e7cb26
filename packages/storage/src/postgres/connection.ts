import type pg from 'pg';

import type { StorageClock, StorageLog } from '../ports.ts';
import { StorageUnavailable } from '../write.ts';
import { openSession, type SessionKind } from './session.ts';

/** After a failed attempt no other is made for this long; whoever asks meanwhile gets StorageUnavailable at once. */
const retryMs = 250;

export type ConnectionDeps = { readonly url: string; readonly clock: StorageClock; readonly log: StorageLog };

/** One connection that is made when it is first needed, and made again after it was lost. */
export class Connection {
  readonly #deps: ConnectionDeps;
  readonly #kind: SessionKind;
  #client: Promise<pg.Client> | undefined;
  #live: pg.Client | undefined;
  #resting = false;

  constructor(deps: ConnectionDeps, kind: SessionKind) {
    this.#deps = deps;
    this.#kind = kind;
  }

  /** The live client. Throws StorageUnavailable. */
  async client(): Promise<pg.Client> {
    if (this.#resting) throw new StorageUnavailable('PostgreSQL cannot be reached');
    return (this.#client ??= this.#open());
  }

  /** The client failed: the next use makes a new one. */
  drop(client: pg.Client): void {
    if (this.#live === client) this.#client = undefined;
    void client.end().catch(() => undefined);
  }

  async close(): Promise<void> {
    const client = await this.#client?.catch(() => undefined);
    this.#client = undefined;
    await client?.end();
  }

  async #open(): Promise<pg.Client> {
    try {
      const client = await openSession(this.#deps.url, this.#kind, this.#deps.log);
      client.on('end', () => {
        if (this.#live === client) this.#client = undefined;
      });
      this.#live = client;
      return client;
    } catch (error) {
      this.#client = undefined;
      this.#resting = true;
      this.#deps.clock.setTimer(retryMs, () => void (this.#resting = false));
      throw new StorageUnavailable(`PostgreSQL cannot be reached: ${error instanceof Error ? error.message : String(error)}`, {
        cause: error,
      });
    }
  }
}
