import pg from 'pg';

import type { Bus, PositionListener } from './bus.ts';
import { type BusClock, type BusLog, noLog } from './ports.ts';
import { Subscribers } from './subscribers.ts';

const channel = 'hearth_positions';
const connectMsMax = 10_000;
const reconnectMsMin = 100;
const reconnectMsMax = 5_000;

export type PostgresBusOptions = { readonly url: string; readonly clock: BusClock; readonly log?: BusLog };

/**
 * A bus over LISTEN and NOTIFY of the database that the nodes share anyway. One connection of its own; one NOTIFY is under way at
 * a time, and what is published meanwhile is merged into the next. A lost connection is made again; hints of the time between are
 * lost. Throws when the first connection cannot be made.
 */
export async function openPostgresBus(options: PostgresBusOptions): Promise<Bus> {
  const bus = new PostgresBus(options);
  await bus.connect();
  return bus;
}

class PostgresBus implements Bus {
  readonly #url: string;
  readonly #clock: BusClock;
  readonly #log: BusLog;
  readonly #subscribers: Subscribers;
  #client: pg.Client | undefined;
  #newest: number | undefined;
  #notifying: Promise<void> | undefined;
  #retry: { cancel(): void } | undefined;
  #retryMs = reconnectMsMin;
  #closed = false;

  constructor({ url, clock, log = noLog }: PostgresBusOptions) {
    this.#url = url;
    this.#clock = clock;
    this.#log = log;
    this.#subscribers = new Subscribers((error) => log.error('A listener of the bus failed', { error }));
  }

  publish(position: number): void {
    this.#newest = Math.max(this.#newest ?? position, position);
    this.#send();
  }

  subscribe(listener: PositionListener): () => void {
    return this.#subscribers.add(listener);
  }

  async close(): Promise<void> {
    await this.#notifying;
    this.#closed = true;
    this.#retry?.cancel();
    this.#subscribers.clear();
    const client = this.#client;
    this.#client = undefined;
    await client?.end();
  }

  async connect(): Promise<void> {
    const client = new pg.Client({
      connectionString: this.#url,
      application_name: 'hearth bus',
      connectionTimeoutMillis: connectMsMax,
      keepAlive: true,
    });
    client.on('error', (error) => this.#lost(client, error));
    client.on('end', () => this.#lost(client, undefined));
    client.on('notification', ({ payload }) => this.#received(payload));
    try {
      await client.connect();
      // A hint need not survive a crash, so nothing waits for the disk.
      await client.query(`SET synchronous_commit = off; LISTEN ${channel}`);
    } catch (error) {
      void client.end().catch(() => undefined);
      throw error;
    }
    if (this.#closed) {
      await client.end();
      return;
    }
    this.#client = client;
    this.#retryMs = reconnectMsMin;
    this.#send();
  }

  #received(payload: string | undefined): void {
    if (payload !== undefined && /^\d{1,15}$/.test(payload)) this.#subscribers.tell(Number(payload));
  }

  #send(): void {
    if (this.#client !== undefined && this.#newest !== undefined) this.#notifying ??= this.#notify(this.#client);
  }

  async #notify(client: pg.Client): Promise<void> {
    // Lets what is published in the same tick come along.
    await Promise.resolve();
    while (this.#newest !== undefined && this.#client === client) {
      const position = this.#newest;
      this.#newest = undefined;
      try {
        await client.query({ name: 'notify', text: 'SELECT pg_notify($1, $2)', values: [channel, String(position)] });
      } catch (error) {
        // It goes again with the next connection, unless a newer one came meanwhile.
        this.#newest ??= position;
        this.#lost(client, error);
      }
    }
    this.#notifying = undefined;
    this.#send();
  }

  #lost(client: pg.Client, error: unknown): void {
    if (this.#client !== client || this.#closed) return;
    this.#client = undefined;
    this.#log.warn('The bus lost its connection to PostgreSQL', { error });
    void client.end().catch(() => undefined);
    this.#reconnectLater();
  }

  #reconnectLater(): void {
    this.#retry = this.#clock.setTimer(this.#retryMs, () => {
      this.connect().catch((error: unknown) => {
        this.#log.warn('The bus cannot reach PostgreSQL', { error });
        if (!this.#closed) this.#reconnectLater();
      });
    });
    this.#retryMs = Math.min(2 * this.#retryMs, reconnectMsMax);
  }
}
