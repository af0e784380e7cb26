import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { createTestClient, type TestClient } from './client/test-client.ts';
import { readSettings, type Server, startServer } from '@hearth/homeserver';
import { type Clock, createMetrics, type Log, type Network, type Random, silentLog, systemClock, systemRandom } from '@hearth/kit';
import { TestNetwork } from '@hearth/kit/testing';

export type HearthOptions = {
  /** Settings as the environment would give them; tests begin with open registration, no limits and a free port. */
  readonly env?: Readonly<Record<string, string>>;
  readonly clock?: Clock;
  readonly random?: Random;
  readonly log?: Log;
  /** How it reaches others; unless said otherwise there are none. */
  readonly network?: Network;
  /** The data directory of a server that ran before; else a fresh one, removed at the end. */
  readonly dataDir?: string;
};

export type TestHearth = {
  readonly server: Server;
  readonly baseUrl: string;
  readonly dataDir: string;
  /** A client without a token. */
  readonly client: TestClient;
  /** Stops the server and starts it again on the same data. */
  readonly restart: () => Promise<TestHearth>;
  /** Stops the server; removes the data directory unless it was handed in. Fails if a request ended in a mistake of the program. */
  readonly stop: () => Promise<void>;
};

const usual = {
  HEARTH_SERVER_NAME: 'hearth.test',
  HEARTH_LISTEN: '127.0.0.1:0',
  HEARTH_METRICS_LISTEN: 'off',
  HEARTH_REGISTRATION: 'open',
  HEARTH_RATE_LIMITS: 'off',
  HEARTH_LOG_LEVEL: 'silent',
  // Else whatever somebody does is news for everybody around; tests of presence switch it on.
  HEARTH_PRESENCE: 'off',
};

/** A whole server in this process, on SQLite in a fresh directory unless `env` says otherwise. */
export async function startHearth(options: HearthOptions = {}): Promise<TestHearth> {
  const dataDir = options.dataDir ?? (await mkdtemp(join(tmpdir(), 'hearth-test-')));
  const { values: settings } = readSettings({ ...usual, HEARTH_DATA_DIR: dataDir, ...options.env });
  const server = await startServer({
    settings,
    clock: options.clock ?? systemClock(),
    random: options.random ?? systemRandom(),
    log: options.log ?? silentLog(),
    metrics: createMetrics(),
    network: options.network ?? new TestNetwork(),
  });
  const [baseUrl = ''] = server.urls;
  const client = createTestClient({ baseUrl });
  const end = async (): Promise<void> => {
    await client.close();
    await server.stop();
    const mistakes = server.edge.unexpectedErrors();
    if (mistakes > 0) throw new Error(`${mistakes} requests ended in a mistake of the program (500)`);
  };
  return {
    server,
    baseUrl,
    dataDir,
    client,
    restart: async () => {
      await end();
      return startHearth({ ...options, dataDir });
    },
    stop: async () => {
      await end();
      if (options.dataDir === undefined) await rm(dataDir, { recursive: true, force: true });
    },
  };
}
