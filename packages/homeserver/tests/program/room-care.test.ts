import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { runCommand } from '../../src/cli/run-command.ts';
import { testIo, type TestIoOptions } from '../../src/cli/testing/test-io.ts';
import { sleep, systemClock } from '@hearth/kit';
import { createTestClient, type Session, temporaryHome } from '@hearth/testkit';

let home: Awaited<ReturnType<typeof temporaryHome>>;
before(async () => {
  home = await temporaryHome();
});
after(() => home.end());

/** `hearth room …` in this process, on the home's data. */
async function room(args: readonly string[], options: TestIoOptions = {}): Promise<{ code: number; output: string; messages: string }> {
  const io = testIo({ ...options, env: { HEARTH_DATA_DIR: home.dataDir } });
  const code = await runCommand(['room', ...args], io);
  return { code, output: io.said(), messages: io.complained() };
}

/** Waits until nothing is being done to the room. */
async function finished(roomId: string): Promise<void> {
  for (let look = 0; look < 600; look += 1) {
    const { tasks } = JSON.parse((await room(['show', roomId, '--json'])).output) as { tasks: { task: string }[] };
    if (tasks.every(({ task }) => task === 'delete')) return;
    await sleep(systemClock(), 50, new AbortController().signal);
  }
  assert.fail('the task does not come to an end');
}

async function messagesIn(reader: Session, roomId: string): Promise<number> {
  let found = 0;
  for (let from: string | undefined; ;) {
    const page = await reader.messages(roomId, { dir: 'b', limit: 1_000, ...(from === undefined ? {} : { from }) });
    found += page.chunk.filter(({ type }: { type: string }) => type === 'm.room.message').length;
    if (page.end === undefined) return found;
    from = page.end;
  }
}

test('a purge that was killed goes on after the start; rooms are listed, shown, blocked, shut down and deleted', async () => {
  const env = { HEARTH_REGISTRATION: 'open', HEARTH_RATE_LIMITS: 'off' };
  const hearth = home.start(env);
  const client = createTestClient({ baseUrl: await hearth.baseUrl() });
  const alice = await client.register('alice', 'alice has a password');
  const roomId = await alice.createRoom({ name: 'Tea' });
  for (let block = 0; block < 30; block += 1) {
    await Promise.all(Array.from({ length: 100 }, (_, n) => alice.sendText(roomId, `${block} ${n}`)));
  }
  const limit = await alice.sendText(roomId, 'the limit');

  const dry = await room(['purge', roomId, '--before', limit, '--dry-run']);
  assert.deepEqual(dry, { code: 0, output: `3000 messages of ${roomId} would be deleted.\n`, messages: '' });
  assert.equal((await room(['purge', roomId, '--before', 'tomorrow', '--yes'])).code, 2);
  assert.equal((await room(['purge', roomId, '--before', limit])).code, 2);
  const started = await room(['purge', roomId, '--before', limit, '--yes', '--json']);
  assert.deepEqual(JSON.parse(started.output), { task: 'purge', messages: 3_000, dry_run: false });
  hearth.kill('SIGKILL');
  await hearth.ended();
  await client.close();

  // The command starts it where no server runs, too.
  const stopped = JSON.parse((await room(['show', roomId, '--json'])).output) as { tasks: { task: string; done: number }[] };
  assert.equal(stopped.tasks[0]?.task, 'purge');
  const again = home.start(env);
  const next = createTestClient({ baseUrl: await again.baseUrl() }).withToken(alice.token);
  const reader = { ...alice, ...next, token: alice.token };
  await finished(roomId);
  assert.equal(await messagesIn(reader, roomId), 1);

  assert.match((await room(['list'])).output, new RegExp(`^ROOM +VERSION +MEMBERS +STATE\n${roomId} +12 +1\n$`));
  assert.equal((await room(['block', roomId])).output, `${roomId} is blocked: nobody of this server comes in.\n`);
  assert.match((await room(['list'])).output, /blocked/);
  assert.equal((await room(['unblock', roomId])).code, 0);
  assert.match((await room(['delete', roomId, '--reason', 'Spam', '--dry-run'])).output, /with 1 members, would be deleted/);
  assert.match((await room(['delete', roomId, '--reason', 'Spam', '--yes'])).output, /with 1 members, goes\. The server does it/);
  await finished(roomId);
  assert.deepEqual((await reader.ok('GET', '/_matrix/client/v3/joined_rooms')).joined_rooms, []);
  assert.deepEqual((await room(['show', '!nowhere:localhost'])).messages, 'hearth: This server has no room !nowhere:localhost.\n');
  await next.close();
  await again.stop();
});
