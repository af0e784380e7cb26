import { writeSync } from 'node:fs';

/** What a test process tells the runner about one test, one JSON line each on file descriptor 3. */
export type TestEvent = {
  readonly kind: 'pass' | 'fail' | 'skip' | 'start';
  /** Names from the outermost group to the test. */
  readonly path: readonly string[];
  readonly durationMs: number;
  /** The error with its stack, or the reason why the test was skipped. */
  readonly detail?: string;
};

type Data = {
  readonly name: string;
  readonly nesting: number;
  readonly skip?: string | boolean;
  readonly todo?: string | boolean;
  readonly details?: { readonly duration_ms: number; readonly type?: string; readonly error?: Error & { readonly failureType?: string } };
};

/**
 * A node:test reporter. Only leaves are told: a group fails because of a test in it, so counting both would count twice.
 * It writes to its own descriptor because what tests print shares the others.
 */
export default async function* eventReporter(source: AsyncIterable<{ type: string; data: Data }>): AsyncGenerator<string> {
  const names: string[] = [];
  for await (const { type, data } of source) {
    if (type === 'test:start') {
      names.length = data.nesting;
      names.push(data.name);
      send({ kind: 'start', path: [...names], durationMs: 0 });
    } else if (type === 'test:pass' || type === 'test:fail') {
      const path = [...names.slice(0, data.nesting), data.name];
      const event = describe(type, path, data);
      if (event) send(event);
    }
  }
}

function describe(type: string, path: readonly string[], { details, skip }: Data): TestEvent | undefined {
  const durationMs = details?.duration_ms ?? 0;
  const error = details?.error;
  if (error?.failureType === 'subtestsFailed') return undefined;
  if (type === 'test:fail') return { kind: 'fail', path, durationMs, detail: text(error) };
  if (details?.type === 'suite') return undefined;
  if (skip !== undefined && skip !== false) return { kind: 'skip', path, durationMs, detail: typeof skip === 'string' ? skip : '' };
  return { kind: 'pass', path, durationMs };
}

function text(error: Error | undefined): string {
  const cause = error?.cause;
  if (cause instanceof Error) return cause.stack ?? cause.message;
  return typeof cause === 'string' ? cause : (error?.message ?? 'failed without an error');
}

function send(event: TestEvent): void {
  writeSync(3, `${JSON.stringify(event)}\n`);
}
