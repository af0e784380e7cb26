import assert from 'node:assert/strict';
import { test } from 'node:test';

import { WriteRefused } from '../write.ts';
import { allUsers, room, roomRevision, streamRow, user, write } from './example-rows.ts';
import { MemoryStore } from './memory-store.ts';
import { testPorts } from './test-ports.ts';

/** A store whose commits wait until they are let go on. */
function slowStore() {
  const store = new MemoryStore(testPorts());
  let release = (): void => undefined;
  const wait = (): Promise<void> => new Promise((resolve) => (release = resolve));
  return { store, wait, release: () => release() };
}

/** Whether a promise is settled once everything that runs by itself has run. */
async function isSettled(promise: Promise<unknown>): Promise<boolean> {
  let settled = false;
  promise.then(
    () => (settled = true),
    () => (settled = true),
  );
  await new Promise((resolve) => setImmediate(resolve));
  return settled;
}

test('a store in memory commits, refuses and reads as one on disk does', async () => {
  const store = new MemoryStore(testPorts());
  const database = store.open();
  const { entries } = await database.write(write({ statements: [room(1), user(10)], stream: [streamRow(10)] }));
  assert.deepEqual(
    entries.map(({ position }) => position),
    [await database.head()],
  );
  const stale = { ...write({ statements: [user(11)] }), claims: [{ room: 1, revision: 7, next: 8 }] };
  await assert.rejects(database.write(stale), (error) => error instanceof WriteRefused && error.why === 'stale');
  assert.deepEqual(await database.reader.first(roomRevision, [1]), { revision: 1 });
  assert.equal((await database.reader.all(allUsers, [])).length, 1);
  const taken = await database.takeNumbers('event', 1);
  assert.ok((await database.takeNumbers('event', 1)) > taken);
  store.close();
});

test('a crash before a commit leaves nothing, one behind it leaves all, and neither answers', async () => {
  for (const moment of ['before', 'behind'] as const) {
    const { store, wait, release } = slowStore();
    const nothing = (): Promise<void> => Promise.resolve();
    const first = store.open({ before: nothing, behind: nothing, [moment]: wait });
    const written = first.write(write({ statements: [user(10)] }));
    assert.equal(await isSettled(written), false);
    store.crash();
    release();
    assert.equal(await isSettled(written), false);
    assert.equal(await isSettled(first.reader.all(allUsers, [])), false);
    const second = store.open();
    assert.equal((await second.reader.all(allUsers, [])).length, moment === 'behind' ? 1 : 0, moment);
    assert.equal(store.inspect('SELECT number FROM user_ids').length, moment === 'behind' ? 1 : 0, moment);
    store.close();
  }
});
