import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { startTwoNodes, type TwoNodes } from '@hearth/testkit';

let nodes: TwoNodes | undefined;
before(async () => {
  nodes = await startTwoNodes({ HEARTH_PRESENCE: 'on' });
});
after(() => nodes?.stop());

type Body = { presence?: { events: { sender: string; content: { presence: string; status_msg?: string } }[] } };

test('who is online at one node is seen by clients of the other', async (t) => {
  if (!nodes) return t.skip('there is no PostgreSQL');
  const { one, two, on } = nodes;
  const alice = await one.client.register('alice', 'password of alice');
  const bob = on(two, await one.client.register('bob', 'password of bob'));
  await bob.join(await alice.createRoom({ preset: 'public_chat' }));
  let since = (await bob.sync()).next_batch as string;
  const told = async (state: string): Promise<string | undefined> => {
    const found = await bob.syncUntil((body: Body) => {
      const event = body.presence?.events.find(({ sender, content }) => sender === alice.userId && content.presence === state);
      return event && (event.content.status_msg ?? 'nothing');
    }, since);
    since = found.nextBatch;
    return found.value;
  };
  const path = `/_matrix/client/v3/presence/${encodeURIComponent(alice.userId)}/status`;
  const say = (body: object) => alice.ok('PUT', path, { body });
  await say({ presence: 'online', status_msg: 'at work' });
  assert.equal(await told('online'), 'at work');
  await say({ presence: 'unavailable' });
  assert.equal(await told('unavailable'), 'nothing');
  // Devices at both nodes count together.
  const tablet = on(two, await one.client.login('alice', 'password of alice'));
  await tablet.ok('PUT', path, { body: { presence: 'online' } });
  assert.equal(await told('online'), 'nothing');
  await tablet.ok('PUT', path, { body: { presence: 'offline' } });
  assert.equal(await told('unavailable'), 'nothing');
  assert.equal((await bob.ok('GET', path)).presence, 'unavailable');
});
