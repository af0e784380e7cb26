import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { startTwoNodes, type TwoNodes } from '@hearth/testkit';

let nodes: TwoNodes | undefined;
before(async () => {
  nodes = await startTwoNodes();
});
after(() => nodes?.stop());

type Body = {
  next_batch: string;
  rooms?: { join?: Record<string, { ephemeral: { events: { type: string; content: { user_ids: string[] } }[] } }> };
};

test('who types at one node is seen by clients of the other, until they stop or leave', async (t) => {
  if (!nodes) return t.skip('there is no PostgreSQL');
  const { one, two, on } = nodes;
  const alice = await one.client.register('alice', 'password of alice');
  const bob = on(two, await one.client.register('bob', 'password of bob'));
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
