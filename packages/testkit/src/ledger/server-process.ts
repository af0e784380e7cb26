import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';

import { fetch } from 'undici';

import { type Clock, readEnvironment, sleep } from '@hearth/kit';

export type ServerProcessOptions = {
  readonly dataDir: string;
  /** Undefined: SQLite in the data directory. */
  readonly databaseUrl: string | undefined;
  readonly port: number;
  readonly clock: Clock;
  readonly nodeArgs?: readonly string[];
};

export type ServerProcess = {
  readonly baseUrl: string;
  readonly pid: number;
  /** SIGKILL to the process and all that it started; resolves when it is gone. */
  kill(): Promise<void>;
  /** As an operator stops it; returns the exit code. */
  stop(): Promise<number | null>;
  /** The end of what it printed. */
  output(): string;
  hasExited(): boolean;
};

const startMsMax = 60_000;
const pollMs = 10;
const outputKept = 20_000;

/** Runs the program as a user would, in a process group of its own, and waits until it is ready. */
export async function startServerProcess(options: ServerProcessOptions): Promise<ServerProcess> {
  const child = spawnServer(options);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => (output = (output + text).slice(-outputKept)));
  }
  const exited = once(child, 'exit');
  // A run that is stopped must not leave a server behind.
  const killGroup = (): void => killQuietly(child);
  process.once('exit', killGroup);
  void exited.then(() => process.off('exit', killGroup));
  const end = async (signal: () => void): Promise<number | null> => {
    if (child.exitCode === null && child.signalCode === null) signal();
    await exited;
    return child.exitCode;
  };
  const baseUrl = `http://127.0.0.1:${options.port}`;
  const server: ServerProcess = {
    baseUrl,
    pid: child.pid ?? 0,
    kill: async () => void (await end(killGroup)),
    stop: () => end(() => child.kill('SIGTERM')),
    output: () => output,
    hasExited: () => child.exitCode !== null || child.signalCode !== null,
  };
  await untilReady(server, options.clock);
  return server;
}

function spawnServer({ dataDir, databaseUrl, port, nodeArgs = [] }: ServerProcessOptions): ChildProcess {
  const door = import.meta.resolve('@hearth/homeserver');
  const main = new URL(door.endsWith('.ts') ? './main.ts' : './main.js', door);
  const conditions = door.endsWith('.ts') ? ['--conditions=source'] : [];
  return spawn(process.execPath, [...conditions, ...nodeArgs, main.pathname, 'serve'], {
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: readEnvironment()['PATH'],
      HEARTH_SERVER_NAME: 'ledger.test',
      HEARTH_DATA_DIR: dataDir,
      ...(databaseUrl === undefined ? {} : { HEARTH_DATABASE: databaseUrl }),
      HEARTH_LISTEN: `127.0.0.1:${port}`,
      HEARTH_METRICS_LISTEN: 'off',
      HEARTH_REGISTRATION: 'open',
      HEARTH_RATE_LIMITS: 'off',
      HEARTH_LOG_LEVEL: 'warn',
    },
  });
}

function killQuietly(child: ChildProcess): void {
  try {
    process.kill(-(child.pid ?? 0), 'SIGKILL');
  } catch {
    // It has gone by itself.
  }
}

async function untilReady(server: ServerProcess, clock: Clock): Promise<void> {
  for (let waitedMs = 0; waitedMs < startMsMax; waitedMs += pollMs) {
    if (server.hasExited()) throw new Error(`the server ended while it started:\n${server.output()}`);
    const status = await fetch(`${server.baseUrl}/_matrix/client/versions`).then(
      async (response) => {
        await response.arrayBuffer();
        return response.status;
      },
      () => 0,
    );
    if (status === 200) return;
    await sleep(clock, pollMs);
  }
  await server.kill();
  throw new Error(`the server was not ready after ${startMsMax} ms:\n${server.output()}`);
}

/** A port that nobody listens on just now. */
export async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
