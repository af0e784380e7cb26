import type pg from 'pg';

import { StorageUnavailable } from '../write.ts';
import { Connection, type ConnectionDeps } from './connection.ts';
import { classify } from './errors.ts';
import type { SessionKind } from './session.ts';

/** Statements that may wait for a connection; more are refused with StorageUnavailable. */
const waitingMax = 10_000;

export type PoolSize = {
  readonly connections: number;
  /** Statements under way on one connection. */
  readonly depth: number;
};
export type PoolQuery = { readonly name: string; readonly text: string; readonly values: (string | Buffer | null)[] };

type Slot = { readonly connection: Connection; busy: number };
type Waiting = {
  readonly query: PoolQuery;
  readonly resolve: (rows: pg.QueryResultRow[]) => void;
  readonly reject: (error: unknown) => void;
};

/** A few connections for statements that each stand alone. A statement whose connection is lost is tried once more. */
export class Pool {
  readonly #slots: readonly Slot[];
  readonly #depth: number;
  #waiting: Waiting[] = [];
  #idle: (() => void)[] = [];

  constructor(deps: ConnectionDeps, kind: Omit<SessionKind, 'pipeline'>, { connections, depth }: PoolSize) {
    this.#slots = Array.from({ length: connections }, () => ({
      connection: new Connection(deps, { ...kind, pipeline: depth > 1 }),
      busy: 0,
    }));
    this.#depth = depth;
  }

  /** The rows of a statement that may run twice. */
  run(query: PoolQuery): Promise<pg.QueryResultRow[]> {
    if (this.#waiting.length >= waitingMax) throw new StorageUnavailable(`${waitingMax} reads are waiting already`);
    return new Promise((resolve, reject) => {
      this.#waiting.push({ query, resolve, reject });
      this.#start();
    });
  }

  /** Waits for what is under way. */
  async close(): Promise<void> {
    while (this.#slots.some(({ busy }) => busy > 0)) await new Promise<void>((resolve) => this.#idle.push(resolve));
    await Promise.all(this.#slots.map(({ connection }) => connection.close()));
  }

  #start(): void {
    while (this.#waiting.length > 0) {
      const slot = this.#freest();
      const next = slot && this.#waiting.shift();
      if (slot === undefined || next === undefined) return;
      slot.busy += 1;
      void this.#serve(slot, next).finally(() => {
        slot.busy -= 1;
        this.#start();
        for (const wake of this.#idle.splice(0)) wake();
      });
    }
  }

  #freest(): Slot | undefined {
    const slot = this.#slots.reduce<Slot | undefined>(
      (best, other) => (best === undefined || other.busy < best.busy ? other : best),
      undefined,
    );
    return slot && slot.busy < this.#depth ? slot : undefined;
  }

  async #serve(slot: Slot, { query, resolve, reject }: Waiting): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      let client: pg.Client | undefined;
      try {
        client = await slot.connection.client();
        resolve((await client.query(query)).rows);
        return;
      } catch (error) {
        const lost = client !== undefined && isLost(error);
        if (lost && client) slot.connection.drop(client);
        if (lost && attempt === 1) continue;
        reject(lost ? new StorageUnavailable('the connection to PostgreSQL was lost', { cause: error }) : error);
        return;
      }
    }
  }
}

/** Errors of our own code (a value that does not fit a number) are not the connection's. */
function isLost(error: unknown): boolean {
  return !(error instanceof RangeError) && classify(error) === 'lost';
}
