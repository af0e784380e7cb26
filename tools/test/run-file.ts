import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';

import type { TestEvent } from './event-reporter.ts';

export type FileResult = {
  readonly file: string;
  readonly events: readonly TestEvent[];
  /** What went wrong with the process itself: it died, did not load, hung or ran no test. */
  readonly trouble: string | undefined;
  readonly output: string;
  readonly durationMs: number;
};

export type RunOptions = {
  readonly limits?: Limits;
  readonly namePattern?: string | undefined;
  /** A module that the process loads first. */
  readonly preload?: string | undefined;
  readonly signal?: AbortSignal;
};

export type Limits = { readonly testMs: number; readonly idleMs: number; readonly fileMs: number };

/** A test that says nothing else gets a minute; a file must tell something every three and end within fifteen. */
export const defaultLimits: Limits = { testMs: 60_000, idleMs: 180_000, fileMs: 900_000 };

/** A process that was asked to stop gets this long to say which test it was in. */
const graceMs = 5_000;

const outputCharsMax = 64 * 1024;

/**
 * Runs one test file in a process of its own. node:test's own time limit lives inside that process and cannot end a
 * loop that never yields, nor a process that something keeps open, so the limits of the file are held from here.
 */
export async function runFile(file: string, options: RunOptions = {}): Promise<FileResult> {
  const limits = options.limits ?? defaultLimits;
  const startedAt = performance.now();
  const child = spawn(process.execPath, [...nodeFlags(limits, options), file], { stdio: ['ignore', 'pipe', 'pipe', 'pipe'] });
  const events: TestEvent[] = [];
  const output = collect(child.stdout as Readable, child.stderr as Readable);
  let last: TestEvent | undefined;
  let stopped: string | undefined;

  const stop = (why: string): void => {
    if (stopped !== undefined) return;
    stopped = why;
    child.kill('SIGINT');
    setTimeout(() => child.kill('SIGKILL'), graceMs).unref();
  };
  const fileTimer = setTimeout(() => stop(`did not end within ${limits.fileMs / 1000} s`), limits.fileMs);
  const idleTimer = setTimeout(() => stop(stuck(last, limits.idleMs)), limits.idleMs);
  const abort = (): void => stop('was stopped');
  options.signal?.addEventListener('abort', abort);

  const lines = createInterface({ input: child.stdio[3] as Readable });
  lines.on('line', (line) => {
    last = JSON.parse(line) as TestEvent;
    if (last.kind !== 'start') events.push(last);
    idleTimer.refresh();
  });

  const ended = await new Promise<{ code: number | null; death: string | undefined }>((resolve) => {
    child.once('error', (error) => resolve({ code: null, death: error.message }));
    // 'close' waits for the pipes too; a grandchild that outlives the test may hold them, so 'exit' sets a term.
    child.once('exit', (code, signal) =>
      setTimeout(() => resolve({ code, death: signal ? `died of ${signal}` : undefined }), 2_000).unref(),
    );
    child.once('close', (code, signal) => resolve({ code, death: signal ? `died of ${signal}` : undefined }));
  });
  clearTimeout(fileTimer);
  clearTimeout(idleTimer);
  options.signal?.removeEventListener('abort', abort);

  const trouble = stopped ?? ended.death ?? complaint(ended.code, events);
  return { file, events, trouble, output: output(), durationMs: performance.now() - startedAt };
}

function nodeFlags(limits: Limits, { namePattern, preload }: RunOptions): string[] {
  return [
    '--conditions=source',
    ...(preload === undefined ? [] : ['--import', preload]),
    '--enable-source-maps',
    `--test-timeout=${limits.testMs}`,
    `--test-reporter=${new URL('event-reporter.ts', import.meta.url).href}`,
    '--test-reporter-destination=stdout',
    ...(namePattern === undefined ? [] : [`--test-name-pattern=${namePattern}`]),
  ];
}

function stuck(last: TestEvent | undefined, idleMs: number): string {
  const where = last === undefined ? 'before its first test' : `${last.kind === 'start' ? 'in' : 'after'} "${last.path.join(' › ')}"`;
  return `was silent for ${idleMs / 1000} s ${where} (an endless loop, or something left open)`;
}

function complaint(code: number | null, events: readonly TestEvent[]): string | undefined {
  if (code !== 0 && !events.some((event) => event.kind === 'fail')) return `ended with exit code ${code}`;
  return undefined;
}

/** The last part of what the streams say, bounded. */
function collect(...streams: Readable[]): () => string {
  let text = '';
  for (const stream of streams) {
    stream.setEncoding('utf8').on('data', (part: string) => {
      text = (text + part).slice(-outputCharsMax);
    });
  }
  return () => text;
}
