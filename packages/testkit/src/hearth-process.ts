import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { Answer, TestClient } from './client/index.ts';
import { readEnvironment, systemClock } from '@hearth/kit';

const door = import.meta.resolve('@hearth/homeserver');
const main = new URL('./main.ts', door).pathname;

/** How long the program may take to say what it is waited for; starting on a busy machine takes seconds. */
const waitMsMax = 55_000;

export type Ended = { readonly code: number | null; readonly signal: NodeJS.Signals | null };

/** The program as a process of its own, as a person would start it. */
export class HearthProcess {
  readonly #child: ChildProcess;
  readonly #ended: Promise<Ended>;
  stdout = '';
  stderr = '';

  constructor(args: readonly string[], env: Readonly<Record<string, string>>) {
    const { PATH } = readEnvironment();
    const usual = { HEARTH_LISTEN: '127.0.0.1:0', HEARTH_METRICS_LISTEN: 'off', HEARTH_LOG_FORMAT: 'json' };
    this.#child = spawn(process.execPath, ['--conditions=source', main, ...args], {
      env: { ...(PATH === undefined ? {} : { PATH }), ...usual, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#child.stdout?.setEncoding('utf8').on('data', (text: string) => (this.stdout += text));
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => (this.stderr += text));
    this.#ended = once(this.#child, 'close').then(([code, signal]) => ({ code, signal }));
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** How it ended. */
  async ended(): Promise<Ended> {
    return within(this.#ended, () => `the program goes on: ${this.stdout}${this.stderr}`);
  }

  /** What the output says, as soon as it does. */
  async says(pattern: RegExp): Promise<RegExpExecArray> {
    const found = Promise.withResolvers<RegExpExecArray>();
    const look = (): void => {
      const match = pattern.exec(this.stdout);
      if (match) found.resolve(match);
    };
    this.#child.stdout?.on('data', look);
    look();
    const gone = this.#ended.then(() =>
      Promise.reject(new Error(`the program ended without saying ${pattern}: ${this.stdout}${this.stderr}`)),
    );
    gone.catch(() => undefined);
    try {
      return await within(Promise.race([found.promise, gone]), () => `the program does not say ${pattern}: ${this.stdout}${this.stderr}`);
    } finally {
      this.#child.stdout?.off('data', look);
    }
  }

  /** The address that it greets with, once it is ready. */
  async baseUrl(): Promise<string> {
    const [, url = ''] = await this.says(/Hearth is running for \S+: (http:\/\/\S+)[^]*Stop it with Ctrl-C/);
    return url.replace('localhost', '127.0.0.1');
  }

  /** The printed link that makes the first administrator. */
  async setupLink(): Promise<URL> {
    const [, link = ''] = await this.says(/^ {4}(http\S+\/setup\?token=\S+)$/m);
    return new URL(link);
  }

  /** Stops it as an operator does, and insists that it ends well. */
  async stop(): Promise<void> {
    this.kill('SIGTERM');
    assert.deepEqual(await this.ended(), { code: 0, signal: null }, this.stdout + this.stderr);
  }
}

/** Sends the form that the setup link shows, as a browser does. */
export function sendSetup(client: Pick<TestClient, 'request'>, link: URL, user: string, password: string): Promise<Answer> {
  const form = new URLSearchParams({ token: link.searchParams.get('token') ?? '', user, password, password2: password });
  const body = new TextEncoder().encode(form.toString());
  return client.request('POST', link.pathname, { body, headers: { 'content-type': 'application/x-www-form-urlencoded' } });
}

/** A data directory that goes away with the test, and processes on it that do not outlive it. */
export async function temporaryHome(): Promise<{
  dataDir: string;
  start: (env?: Record<string, string>, args?: readonly string[]) => HearthProcess;
  end: () => Promise<void>;
}> {
  const directory = await mkdtemp(join(tmpdir(), 'hearth-program-'));
  const dataDir = join(directory, 'data');
  const started: HearthProcess[] = [];
  return {
    dataDir,
    start: (env = {}, args = ['serve']) => {
      const hearth = new HearthProcess(args, { HEARTH_DATA_DIR: dataDir, HEARTH_RATE_LIMITS: 'off', ...env });
      started.push(hearth);
      return hearth;
    },
    end: async () => {
      for (const hearth of started) hearth.kill('SIGKILL');
      await Promise.all(started.map((hearth) => hearth.ended()));
      await rm(directory, { recursive: true, force: true });
    },
  };
}

async function within<T>(promise: Promise<T>, complaint: () => string): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = systemClock().setTimer(waitMsMax, () => late.reject(new Error(complaint())));
  try {
    return await Promise.race([promise, late.promise]);
  } finally {
    timer.cancel();
  }
}
