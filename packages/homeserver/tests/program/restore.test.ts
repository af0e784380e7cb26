import assert from 'node:assert/strict';
import { renameSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';

import { createTestClient, temporaryHome } from '@hearth/testkit';

type Body = { next_batch: string; rooms?: { join?: Record<string, { timeline: { events: { event_id: string }[] } }> } };

test('a backup made while the server runs, restored as docs/operating.md says: clients start afresh and miss nothing that comes then', async (t) => {
  const home = await temporaryHome();
  t.after(() => home.end());
  const settings = { HEARTH_REGISTRATION: 'open' };
  const hearth = home.start(settings);
  const client = createTestClient({ baseUrl: await hearth.baseUrl() });
  const alice = await client.register('alice', 'alice has a password');
  const roomId = await alice.createRoom();
  const kept = await alice.sendText(roomId, 'before the backup');
  const file = `${home.dataDir}/hearth.db`;
  backUp(file, `${home.dataDir}/backup.db`);
  const lost = await alice.sendText(roomId, 'after the backup');
  const { next_batch: tokenOfThen }: Body = await alice.sync();
  await client.close();
  await hearth.stop();

  restore(`${home.dataDir}/backup.db`, file);
  const again = home.start(settings);
  const later = createTestClient({ baseUrl: await again.baseUrl() });
  t.after(() => later.close());
  const reader = later.withToken(alice.token);
  const first: Body = await reader.sync({ since: tokenOfThen });
  const events = first.rooms?.join?.[roomId]?.timeline.events.map(({ event_id }) => event_id) ?? [];
  assert.deepEqual([events.includes(kept), events.includes(lost)], [true, false]);
  const sent = await reader.send(roomId, 'm.room.message', { msgtype: 'm.text', body: 'a new time' }, 'of the new time');
  const { rooms }: Body = await reader.sync({ since: first.next_batch });
  assert.deepEqual(
    rooms?.join?.[roomId]?.timeline.events.map(({ event_id }) => event_id),
    [sent],
  );
  await again.stop();
});

/** What `sqlite3 … .backup` does, with the means at hand: a copy within one transaction, beside the running writer. */
function backUp(file: string, copy: string): void {
  const database = new DatabaseSync(file);
  database.prepare('VACUUM INTO ?').run(copy);
  database.close();
}

function restore(copy: string, file: string): void {
  const database = new DatabaseSync(copy);
  database.exec(`DELETE FROM meta WHERE key = 'incarnation'`);
  database.close();
  renameSync(copy, file);
}
