import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { newPostgresDatabase, NoCluster, type TestDatabase } from '@hearth/storage/testing';
import { type Session, startHearth, type TestHearth } from '@hearth/testkit';

let database: TestDatabase | undefined;
let nodes: TestHearth[] = [];
before(async () => {
  try {
    database = await newPostgresDatabase();
  } catch (error) {
    if (!(error instanceof NoCluster)) throw error;
    return;
  }
  const env = { HEARTH_DATABASE: database.url };
  nodes = [await startHearth({ env }), await startHearth({ env })];
});
after(async () => {
  for (const node of nodes) await node.stop();
  await database?.remove();
});

type Body = {
  next_batch: string;
  rooms?: { join?: Record<string, { ephemeral: { events: { type: string; content: { user_ids: string[] } }[] } }> };
};

test('who types at one node is seen by clients of the other, until they stop or leave', async (t) => {
  const [one, two] = nodes;
  if (!one || !two) return t.skip('there is no PostgreSQL');
  const alice = await one.client.register('alice', 'password of alice');
  const registered = await one.client.register('bob', 'password of bob');
  const bob: Session = { ...registered, ...two.client.withToken(registered.token), token: registered.token };
  const room = await alice.createRoom({ preset: 'public_chat' });
  await bob.join(room);
  const type = (typing: boolean) =>
    alice.ok('PUT', `/_matrix/client/v3/rooms/${encodeURIComponent(room)}/typing/${encodeURIComponent(alice.userId)}`, {
      body: { typing },
    });
  let since = (await bob.sync()).next_batch as string;
  const told = async (): Promise<string[] | undefined> => {
    const found = await bob.syncUntil(
      (body: Body) => body.rooms?.join?.[room]?.ephemeral.events.find((event) => event.type === 'm.typing')?.content.user_ids,
      since,
    );
    since = found.nextBatch;
    return found.value;
  };
  await type(true);
  assert.deepEqual(await told(), [alice.userId]);
  await type(false);
  assert.deepEqual(await told(), []);
  await type(true);
  assert.deepEqual(await told(), [alice.userId]);
  await alice.leave(room);
  assert.deepEqual(await told(), []);
});
