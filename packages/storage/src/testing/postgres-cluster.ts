import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { chmodSync, chownSync, mkdtempSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

import pg from 'pg';

import { type Binaries, findBinaries, noBinaries } from './postgres-binaries.ts';
import { sleep, systemClock } from '@hearth/kit';

export type Cluster = {
  /** Of the database `postgres`, as its owner. */
  readonly url: string;
  /** Ends the server and removes its data. */
  stop(): Promise<void>;
  /** Kills the server as a crash would, and starts it again on the same data. */
  crash(): Promise<void>;
};

export type ClusterOptions = {
  /** Whether commits are forced to the disk; off is faster and safe from anything but a crash of the machine. */
  readonly fsync?: boolean;
};

/** Why there can be no cluster here. */
export class NoCluster extends Error {
  override readonly name = 'NoCluster';
}

const startMsMax = 30_000;
const pollMs = 20;

/**
 * Runs the server and ends it, with its data, when standard input closes: also when this process is killed. The words `crash`
 * and then `start` come from `Cluster.crash`.
 */
const keeper = `
dir=$1; shift
"$@" >>"$dir/log" 2>&1 </dev/null & pid=$!
while read -r word; do
  case $word in
    crash) kill -KILL $pid; wait $pid ;;
    start) "$@" >>"$dir/log" 2>&1 </dev/null & pid=$! ;;
  esac
done
kill -QUIT $pid
wait $pid
rm -rf "$dir"
`;

/** Starts a PostgreSQL of its own, reachable through a socket in its data directory. Throws NoCluster where the platform has none. */
export async function startCluster(options: ClusterOptions = {}): Promise<Cluster> {
  // PostgreSQL refuses to run as root.
  const user = process.getuid?.() === 0 ? nobody() : undefined;
  const binaries = await findBinaries(user !== undefined);
  if (binaries === undefined) throw new NoCluster(noBinaries);
  const directory = mkdtempSync(join(tmpdir(), 'hearth-pg-'));
  chmodSync(directory, 0o700);
  if (user) chownSync(directory, user.uid, user.gid);
  await initialise(binaries, directory, user);
  const server = runServer(binaries, directory, options, user);
  const url = `postgres://hearth@localhost/postgres?host=${encodeURIComponent(directory)}`;
  try {
    await untilReady(url, directory);
  } catch (error) {
    server.stdin?.end();
    throw error;
  }
  return {
    url,
    stop: async () => {
      if (server.exitCode === null) {
        const ended = new Promise((resolve) => server.once('exit', resolve));
        server.ref();
        server.stdin?.end();
        await ended;
      }
      if (binaries.temporary !== undefined) await rm(binaries.temporary, { recursive: true, force: true });
    },
    crash: async () => {
      const refused = refusedStarts(directory);
      const start = (): void => void server.stdin?.write('start\n');
      server.stdin?.write('crash\n');
      start();
      // The old server may still answer for a moment.
      await sleep(systemClock(), 10 * pollMs);
      await untilReady(url, directory, { start, refused });
    },
  };
}

type User = { readonly uid: number; readonly gid: number };

function nobody(): User {
  const line = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .find((entry) => entry.startsWith('nobody:'));
  const [, , uid, gid] = line?.split(':') ?? [];
  return { uid: Number(uid ?? 65_534), gid: Number(gid ?? 65_534) };
}

async function initialise(binaries: Binaries, directory: string, user: User | undefined): Promise<void> {
  // A default collation that differs from code points shows where a column forgot to ask for them.
  const locale = ['--locale=C', '--locale-provider=icu', '--icu-locale=en-US'];
  const args = [
    '--pgdata',
    join(directory, 'data'),
    '--username=hearth',
    '--auth=trust',
    '--encoding=UTF8',
    ...locale,
    '--no-sync',
    '--no-instructions',
  ];
  await promisify(execFile)(join(binaries.bin, 'initdb'), args, { cwd: directory, ...user });
}

function runServer(binaries: Binaries, directory: string, options: ClusterOptions, user: User | undefined): ChildProcess {
  const durability = options.fsync === true ? [] : ['fsync=off', 'full_page_writes=off'];
  const settings = [
    'listen_addresses=',
    `unix_socket_directories=${directory}`,
    'max_connections=200',
    'shared_buffers=64MB',
    ...durability,
  ];
  const server = [join(binaries.bin, 'postgres'), '-D', join(directory, 'data'), ...settings.flatMap((setting) => ['-c', setting])];
  const child = spawn('/bin/sh', ['-c', keeper, 'keeper', directory, ...server], {
    cwd: directory,
    // A group of its own: Ctrl-C on the tests must not take the keeper before it has tidied up.
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
    ...user,
  });
  child.unref();
  (child.stdin as unknown as { unref(): void }).unref();
  return child;
}

/** `again`: a server was killed, and its children, which end by themselves a moment later, may keep the new one from starting. */
async function untilReady(url: string, directory: string, again?: { readonly start: () => void; refused: number }): Promise<void> {
  for (let waitedMs = 0; ; waitedMs += pollMs) {
    const client = new pg.Client({ connectionString: url });
    client.on('error', () => undefined);
    try {
      await client.connect();
      await client.end();
      return;
    } catch (error) {
      if (waitedMs >= startMsMax)
        throw new Error(`PostgreSQL did not start: ${readFileSync(join(directory, 'log'), 'utf8')}`, { cause: error });
      await sleep(systemClock(), pollMs);
      if (again !== undefined && refusedStarts(directory) > again.refused) {
        again.refused += 1;
        again.start();
      }
    }
  }
}

/** How often a server would not start because processes of the one before were still there. */
function refusedStarts(directory: string): number {
  return readFileSync(join(directory, 'log'), 'utf8').split('pre-existing shared memory block').length - 1;
}
