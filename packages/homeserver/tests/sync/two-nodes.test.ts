import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { startTwoNodes, type TwoNodes } from '@hearth/testkit';

/*
 * Two servers on one PostgreSQL. What one writes reaches the clients of the other, at the latest at the slow beat.
 */

let nodes: TwoNodes | undefined;
before(async () => {
  nodes = await startTwoNodes();
});
after(() => nodes?.stop());
type Event = { event_id: string; content: Record<string, unknown> };

test('clients of two nodes talk, each over its own node, and nothing is told twice or left out', async (t) => {
  if (!nodes) return t.skip('there is no PostgreSQL');
  const { one, two, on } = nodes;
  const alice = await one.client.register('alice', 'password of alice');
  const bob = on(two, await one.client.register('bob', 'password of bob'));
  const room = await alice.createRoom({ preset: 'public_chat', name: 'Bridge' });
  await bob.join(room);
  let since = (await bob.sync()).next_batch as string;
  const heard: string[] = [];
  const sent: string[] = [];
  for (let round = 0; round < 3; round += 1) {
    const waiting = bob.sync({ since, timeout: 20_000 });
    sent.push(await alice.sendText(room, `from one ${round}`), await bob.sendText(room, `from two ${round}`));
    for (let body = await waiting; ; body = await bob.sync({ since, timeout: 20_000 })) {
      since = body.next_batch;
      heard.push(...(body.rooms?.join[room]?.timeline.events ?? []).map((event: Event) => event.event_id));
      if (heard.length >= sent.length) break;
    }
  }
  assert.deepEqual(heard.toSorted(), sent.toSorted());
  // A token of one node goes on at the other, also when that node is behind.
  const last = await bob.sendText(room, 'last');
  const { next_batch: ahead } = await bob.sync();
  const next = await bob.sendText(room, 'after');
  const body = await on(one, bob).sync({ since: ahead, timeout: 20_000 });
  assert.deepEqual(
    body.rooms.join[room].timeline.events.map((event: Event) => event.event_id),
    [next],
  );
  assert.ok(last);
  // What one node keeps in mind of a room follows what the other does to it.
  await alice.kick(room, bob.userId);
  const end = await bob.sync({ since: ahead, timeout: 20_000 });
  const left = end.rooms.leave[room] ?? (await bob.sync({ since: end.next_batch, timeout: 20_000 })).rooms.leave[room];
  assert.equal(left.timeline.events.at(-1).content.membership, 'leave');
});

test('a redaction on one node is the end of the words on the other', async (t) => {
  if (!nodes) return t.skip('there is no PostgreSQL');
  const { one, two, on } = nodes;
  const carol = await one.client.register('carol', 'password of carol');
  const there = on(two, carol);
  const room = await carol.createRoom();
  const event = await carol.sendText(room, 'a secret');
  const { next_batch: since } = await there.sync();
  assert.equal((await there.event(room, event)).content.body, 'a secret');
  const redaction = await carol.redact(room, event);
  await there.syncUntil((body) => body.rooms?.join[room]?.timeline.events.find((each: Event) => each.event_id === redaction), since);
  assert.deepEqual((await there.event(room, event)).content, {});
});
