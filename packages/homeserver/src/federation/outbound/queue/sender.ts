import type { ServerPolicy } from '../../server-policy.ts';
import { type QueueDeps, sendWaiting } from './destination-queue.ts';
import { freedQueues, readDestination, readWaitingServers, tryNowRow } from './queue-store.ts';
import { sleep } from '@hearth/kit';
import { parseServerName, type ServerName } from '@hearth/protocol';
import { claimLease, releaseLease, WriteRefused } from '@hearth/storage';

/** Servers that are sent to at once. */
const atOnceMax = 100;
/** How often it is looked whether somebody may be tried again. */
const beatMs = 5_000;
/** Longer than a transaction may take. A node that dies holds up its destinations for so long. */
const leaseMs = 120_000;

export type SenderDeps = QueueDeps & {
  /** Identity of this node's life. */
  readonly holder: string;
  readonly policy: ServerPolicy;
  readonly onError: (server: string, error: unknown) => void;
};

/** Sends what waits for other servers: a queue for each, so that nobody waits for another's. Each queue has one node at a time. */
export class Sender {
  readonly #deps: SenderDeps;
  readonly #busy = new Map<string, Promise<void>>();
  readonly #stopping = new AbortController();
  #wake = new AbortController();
  #loop: Promise<void> | undefined;
  constructor(deps: SenderDeps) {
    this.#deps = deps;
  }

  start(): void {
    this.#loop ??= this.#run();
  }

  /** Says that something waits. */
  poke(): void {
    this.#wake.abort();
  }

  /** A server has shown that it is there: what waits for it is tried at once. */
  async heardFrom(server: string): Promise<void> {
    const { database, clock } = this.#deps;
    const row = await readDestination(database.reader, server);
    if (row === undefined || row.retry_ts <= clock.now()) return;
    await database.write({ claims: [], statements: [tryNowRow(server)], stream: [] });
    this.poke();
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    this.poke();
    await this.#loop;
    await Promise.all(this.#busy.values());
  }

  async #run(): Promise<void> {
    const { clock, database } = this.#deps;
    if (database.engine === 'sqlite') await database.write({ claims: [], statements: [freedQueues], stream: [] });
    while (!this.#stopping.signal.aborted) {
      this.#wake = new AbortController();
      try {
        await this.#look();
      } catch (error) {
        this.#deps.onError('', error);
      }
      await sleep(clock, beatMs, this.#wake.signal);
    }
  }

  async #look(): Promise<void> {
    const { database, clock, policy, onError } = this.#deps;
    for (const server of await readWaitingServers(database.reader, clock.now(), 2 * atOnceMax)) {
      const name = parseServerName(server);
      if (this.#busy.size >= atOnceMax) return;
      if (name === undefined || this.#busy.has(server) || !policy.allows(server)) continue;
      const sending = this.#sendTo(name)
        .catch((error: unknown) => onError(server, error))
        .finally(() => this.#busy.delete(server));
      this.#busy.set(server, sending);
    }
  }

  async #sendTo(server: ServerName): Promise<void> {
    const { database, clock, holder } = this.#deps;
    const lease = await claimLease(database, { name: `destination/${server}`, holder, nowTs: clock.now(), ttlMs: leaseMs });
    if (lease === undefined) return;
    try {
      await sendWaiting(this.#deps, server, lease, this.#stopping.signal);
      // What came meanwhile, and what may be tried at once, is seen at the next look.
      setImmediate(() => this.poke());
    } catch (error) {
      // Another node has the queue now.
      if (!(error instanceof WriteRefused && error.why === 'guard')) throw error;
    } finally {
      await releaseLease(database, lease);
    }
  }
}
