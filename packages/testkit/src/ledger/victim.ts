import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { Engine } from './options.ts';
import { freePort, type ServerProcess, startServerProcess } from './server-process.ts';
import type { Clock, Random } from '@hearth/kit';
import { type Cluster, startCluster } from '@hearth/storage/testing';

/** What dies in a cycle: the server, its database's server, or both at once. */
export type Fault = 'server' | 'database' | 'both';

/** A server on a database of its own, and the ways to kill them. */
export class Victim {
  readonly #options: { readonly dataDir: string; readonly port: number; readonly clock: Clock };
  readonly #cluster: Cluster | undefined;
  #server: ServerProcess | undefined;

  private constructor(options: { readonly dataDir: string; readonly port: number; readonly clock: Clock }, cluster: Cluster | undefined) {
    this.#options = options;
    this.#cluster = cluster;
  }

  /** Throws NoCluster where PostgreSQL cannot be run. */
  static async create(engine: Engine, clock: Clock): Promise<Victim> {
    const cluster = engine === 'postgres' ? await startCluster({ fsync: true }) : undefined;
    const dataDir = mkdtempSync(join(tmpdir(), 'hearth-ledger-'));
    return new Victim({ dataDir, port: await freePort(), clock }, cluster);
  }

  async start(): Promise<ServerProcess> {
    this.#server = await startServerProcess({ ...this.#options, databaseUrl: this.#cluster?.url });
    return this.#server;
  }

  /** The end of what the server printed. */
  output(): string {
    return this.#server?.output() ?? '(it never ran)';
  }

  get server(): ServerProcess {
    if (this.#server === undefined) throw new Error('the server was never started');
    return this.#server;
  }

  /** On PostgreSQL three of four faults kill both; the fourth kills only the database, which the server must outlive. */
  chooseFault(cycle: number): Fault {
    if (this.#cluster === undefined) return 'server';
    return cycle % 4 === 3 ? 'database' : 'both';
  }

  /** Kills, and starts again what the server does not start itself. The server is left dead if it was killed. */
  async strike(fault: Fault, random: Random): Promise<void> {
    const kills: (() => Promise<void>)[] = [];
    if (fault !== 'database') kills.push(() => this.server.kill());
    if (fault !== 'server' && this.#cluster !== undefined) kills.push(() => this.#cluster?.crash() ?? Promise.resolve());
    // Which of the two dies first is left to chance.
    if (random.integer(2) === 0) kills.reverse();
    await Promise.all(kills.map((kill) => kill()));
  }

  /** Removes everything, unless what is left should be looked at. */
  async end(keep: boolean): Promise<void> {
    await this.#server?.kill();
    await this.#cluster?.stop();
    if (!keep) await rm(this.#options.dataDir, { recursive: true, force: true });
  }

  get dataDir(): string {
    return this.#options.dataDir;
  }
}
