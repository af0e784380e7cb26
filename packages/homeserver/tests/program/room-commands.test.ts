import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { runCommand } from '../../src/cli/run-command.ts';
import { testIo } from '../../src/cli/testing/test-io.ts';
import type { RoomGraph } from '../../src/room-graph/room-graph.ts';
import { newPostgresDatabase } from '@hearth/storage/testing';
import { createTestClient, startHearth, temporaryHome } from '@hearth/testkit';

type Result = { readonly code: number; readonly output: string; readonly messages: string };

let home: Awaited<ReturnType<typeof temporaryHome>>;
before(async () => {
  home = await temporaryHome();
});
after(() => home.end());

/** `hearth room …` in this process, on the home's data. */
async function room(args: readonly string[], env: Record<string, string> = {}): Promise<Result> {
  const io = testIo({ env: { HEARTH_DATA_DIR: home.dataDir, ...env } });
  const code = await runCommand(['room', ...args], io);
  return { code, output: io.said(), messages: io.complained() };
}

async function roomOf(baseUrl: string): Promise<string> {
  const client = createTestClient({ baseUrl });
  const alice = await client.register('alice', 'alice has a password');
  const roomId = await alice.createRoom({ name: 'Tea' });
  await client.close();
  return roomId;
}

test('on SQLite the graph is told by the running server, and by the database when that is stopped', async () => {
  const hearth = home.start({ HEARTH_REGISTRATION: 'open' });
  const roomId = await roomOf(await hearth.baseUrl());
  const running = await room(['graph', roomId, '--json']);
  assert.equal(running.code, 0, running.messages);
  await hearth.stop();
  const stopped = await room(['graph', roomId, '--json']);
  assert.deepEqual(JSON.parse(stopped.output), JSON.parse(running.output));
  const graph = JSON.parse(stopped.output) as RoomGraph;
  assert.equal(graph.events.at(-1)?.type, 'm.room.create');
  assert.ok(graph.events.some(({ type }) => type === 'm.room.name'));

  const text = await room(['graph', roomId]);
  assert.match(text.output, /● {2}\$\S+… m\.room\.name by @alice:localhost/);
  const file = join(home.dataDir, 'room.svg');
  assert.deepEqual(await room(['graph', roomId, '--svg', '--output', file]), { code: 0, output: '', messages: '' });
  assert.match(await readFile(file, 'utf8'), /^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg"[\s\S]*<\/svg>$/);
});

test('what cannot be shown is said, with the exit code that fits', async () => {
  const unknown = await room(['graph', '!nowhere:localhost']);
  assert.deepEqual(unknown, { code: 1, output: '', messages: 'hearth: This server has no room !nowhere:localhost.\n' });
  for (const wrong of [
    ['--limit', '0'],
    ['--limit', '401'],
    ['--limit', 'many'],
    ['--svg', '--json'],
  ]) {
    assert.equal((await room(['graph', '!nowhere:localhost', ...wrong])).code, 2, wrong.join(' '));
  }
  for (const name of ['explain', 'compare']) {
    assert.deepEqual(await room([name, '!x:localhost']), {
      code: 2,
      output: '',
      messages: `hearth: "hearth room ${name}" is not built yet.\n`,
    });
  }
});

test('on PostgreSQL the command works beside a running server', async (t) => {
  const database = await newPostgresDatabase();
  const hearth = await startHearth({ env: { HEARTH_DATABASE: database.url } });
  t.after(async () => {
    await hearth.stop();
    await database.remove();
  });
  const roomId = await roomOf(hearth.baseUrl);
  const told = await room(['graph', roomId, '--json'], { HEARTH_DATABASE: database.url });
  assert.equal((JSON.parse(told.output) as RoomGraph).room_id, roomId);
});
