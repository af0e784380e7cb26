import assert from 'node:assert/strict';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';

import { createTelemetry } from './telemetry.ts';
import { TestClock } from '@hearth/kit/testing';

test('the log of a program is JSON, of a terminal readable, unless the settings say otherwise; metrics cover the process', async (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'hearth-log-'));
  t.after(() => rmSync(directory, { recursive: true }));
  const write = (terminal: boolean, format: string | undefined): string => {
    const file = join(directory, `${terminal}-${format}`);
    const fd = openSync(file, 'w');
    const { log, flush } = createTelemetry({ settings: { level: 'info', format, requests: 'all' }, clock: new TestClock(0), terminal, fd });
    log.info('hello', { a: 1 });
    log.info('world');
    flush();
    closeSync(fd);
    return readFileSync(file, 'utf8');
  };
  const json = '{"level":"info","time":"1970-01-01T00:00:00.000Z","a":1,"message":"hello"}\n';
  assert.equal(write(false, undefined).split('\n')[0], json.trimEnd());
  assert.equal(write(true, 'json').startsWith(json), true);
  assert.match(write(false, 'pretty'), /^00:00:00 INFO {2}hello a=1\n00:00:00 INFO {2}world\n$/);
  const { metrics } = createTelemetry({
    settings: { level: 'silent', format: undefined, requests: 'all' },
    clock: new TestClock(0),
    terminal: false,
    fd: 1,
  });
  assert.match(await metrics.text(), /nodejs_eventloop_lag_seconds/);
});
