import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';

import { MatrixError } from '../http/errors.ts';
import { CommandFailed } from './command-error.ts';
import { askRunningServer, doorOf, openLocalDoor } from './local-door.ts';
import type { AskUsers } from './user-requests.ts';
import { createLog, type Log, silentLog } from '@hearth/kit';
import { TestClock } from '@hearth/kit/testing';

/** It stands still: nothing here may wait for a time limit. */
const clock = new TestClock();

async function door(t: TestContext, answer: AskUsers, log: Log = silentLog()): Promise<string> {
  const directory = mkdtempSync(join(tmpdir(), 'hearth-door-'));
  const opened = await openLocalDoor(directory, answer, { clock, log });
  t.after(async () => {
    await opened.close();
    rmSync(directory, { recursive: true });
  });
  return directory;
}

test('a request reaches the server and its answer comes back, long ones too', async (t) => {
  const long = 'x'.repeat(500_000);
  const directory = await door(t, async (request) => ({ userId: `${request.ask} ${long}` }));
  const askUsers = await askRunningServer(directory, clock);
  assert.deepEqual(await askUsers?.({ ask: 'logout', name: 'alice' }), { userId: `logout ${long}` });
  assert.deepEqual(await askUsers?.({ ask: 'list', after: 0 }), { userId: `list ${long}` });
});

test('what the accounts refuse comes back as its sentence', async (t) => {
  const directory = await door(t, async ({ ask }) => {
    throw ask === 'list' ? new MatrixError('M_WEAK_PASSWORD', 'too short') : new CommandFailed('no such account');
  });
  const askUsers = await askRunningServer(directory, clock);
  await assert.rejects(async () => askUsers?.({ ask: 'list', after: 0 }), new CommandFailed('too short'));
  await assert.rejects(async () => askUsers?.({ ask: 'devices', name: 'x' }), new CommandFailed('no such account'));
});

test('a mistake of the program is logged, not told', async (t) => {
  let logged = '';
  const log = createLog({ level: 'info', format: 'json', clock, write: (line) => (logged += line) });
  const directory = await door(
    t,
    async () => {
      throw new TypeError('a secret detail');
    },
    log,
  );
  const askUsers = await askRunningServer(directory, clock);
  await assert.rejects(async () => askUsers?.({ ask: 'list', after: 0 }), /could not be asked: the connection ended/);
  assert.match(logged, /a secret detail/);
});

test('only the owner can come near the socket', async (t) => {
  const directory = await door(t, async () => ({}));
  assert.equal(statSync(join(directory, 'door')).mode & 0o777, 0o700);
});

test('nobody at the door, a file in its place, or a socket that somebody left behind: the server cannot be asked', async (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'hearth-door-'));
  t.after(() => rmSync(directory, { recursive: true }));
  assert.equal(await askRunningServer(directory, clock), undefined);
  const opened = await openLocalDoor(directory, async () => ({}), { clock, log: silentLog() });
  await opened.close();
  writeFileSync(doorOf(directory), '');
  assert.equal(await askRunningServer(directory, clock), undefined);
  // What a killed server left in the place is replaced.
  const again = await openLocalDoor(directory, async () => ({ userId: 'again' }), { clock, log: silentLog() });
  assert.deepEqual(await (await askRunningServer(directory, clock))?.({ ask: 'list', after: 0 }), { userId: 'again' });
  await again.close();
});

test('who says too much or nonsense is cut off, and the door stays open', async (t) => {
  const directory = await door(t, async () => ({ userId: 'fine' }));
  for (const text of ['x'.repeat(2 * 1024 * 1024), 'no json\n']) {
    const socket = connect(doorOf(directory));
    const closed = new Promise((resolve) => socket.once('close', resolve));
    socket.on('error', () => undefined);
    socket.write(text);
    await closed;
  }
  assert.deepEqual(await (await askRunningServer(directory, clock))?.({ ask: 'list', after: 0 }), { userId: 'fine' });
});
