import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';

import { noLog, pause } from '../ports.ts';
import { testPorts } from '../testing/index.ts';
import type { WriterReply, WriterRequest } from './messages.ts';
import { openSqlite } from './open.ts';
import { WorkerLink } from './worker-link.ts';

test('a thread that dies fails what it was asked, and the next request starts another', async (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'hearth-thread-'));
  t.after(() => rmSync(directory, { recursive: true }));
  const file = join(directory, 'later', 'hearth.db');
  let starts = 0;
  const link = new WorkerLink<WriterRequest, WriterReply>('writer', { file }, () => (starts += 1), noLog);
  const asked = [link.request(() => ({ kind: 'hello' })), link.request(() => ({ kind: 'hello' }))];
  for (const one of asked) await assert.rejects(one, { name: 'StorageUnavailable' });
  mkdirSync(join(directory, 'later'));
  await (await openSqlite(file, testPorts())).close();
  assert.deepEqual(await link.request(() => ({ kind: 'hello' })), { ready: true });
  assert.equal(starts, 2, 'each thread is told anew what the last one knew');
  await link.stop();
});

test('a thread that was told to end is not taken for one that died, however soon its end is seen', async (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'hearth-thread-'));
  t.after(() => rmSync(directory, { recursive: true }));
  const file = join(directory, 'hearth.db');
  await (await openSqlite(file, testPorts())).close();
  const errors: string[] = [];
  const log = { ...noLog, error: (message: string) => void errors.push(message) };
  const link = new WorkerLink<WriterRequest, WriterReply>('writer', { file }, () => undefined, log);
  assert.deepEqual(await link.request(() => ({ kind: 'close' })), { closed: true });
  // The thread ends by itself now; its end may be seen before `stop` is called.
  await pause(testPorts().clock, 300);
  await link.stop();
  assert.deepEqual(errors, []);
});
