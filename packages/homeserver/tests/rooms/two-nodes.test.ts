import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { inRoom } from './place.ts';
import { sleep, systemClock } from '@hearth/kit';
import { clientPath, type Session, startTwoNodes, type TwoNodes } from '@hearth/testkit';

/*
 * Two servers on one PostgreSQL: what is done to rooms over one is so for those who ask the other.
 */

let nodes: TwoNodes | undefined;
before(async () => {
  nodes = await startTwoNodes();
});
after(() => nodes?.stop());

test('one alias wanted over both nodes is given once, and both follow it to the same room', async (t) => {
  if (!nodes) return t.skip('there is no PostgreSQL');
  const { one, two, on } = nodes;
  const alice = await one.client.register('alice', 'password of alice');
  const bob = on(two, await one.client.register('bob', 'password of bob'));
  for (let round = 0; round < 5; round += 1) {
    const body = { room_alias_name: `race${round}`, preset: 'public_chat' };
    const answers = await Promise.all([alice, bob].map((client) => client.request('POST', clientPath`/createRoom`, { body })));
    assert.deepEqual(answers.map(({ status, body: said }) => `${status} ${said.errcode}`).toSorted(), [
      '200 undefined',
      '400 M_ROOM_IN_USE',
    ]);
    const room = answers.find(({ status }) => status === 200)?.body.room_id;
    for (const client of [alice, bob]) assert.equal(await client.join(`#race${round}:hearth.test`), room);
  }
});

test('joins and bans over both nodes end in one history', async (t) => {
  if (!nodes) return t.skip('there is no PostgreSQL');
  const { one, two, on } = nodes;
  const owner = await one.client.register('owner', 'password of owner');
  const people = await Promise.all(Array.from({ length: 8 }, (_, index) => one.client.register(`person${index}`, 'password of person')));
  const room = await owner.createRoom({ preset: 'public_chat' });
  await Promise.all(people.map((person, index) => on(index % 2 === 0 ? one : two, person).join(room)));
  await Promise.all(people.slice(0, 4).map(({ userId }, index) => on(index % 2 === 0 ? two : one, owner).ban(room, userId)));
  const membershipsOn = async (node: typeof one): Promise<string[]> => {
    const { chunk } = await on(node, owner).ok('GET', clientPath`/rooms/${room}/members`);
    return chunk.map(({ content }: { content: { membership: string } }) => content.membership).toSorted();
  };
  const expected = [...Array.from({ length: 4 }, () => 'ban'), ...Array.from({ length: 5 }, () => 'join')];
  for (const node of [one, two]) {
    // What was done over the other node is heard of by the bus, or by the own slow beat.
    let seen = await membershipsOn(node);
    for (let asked = 0; asked < 500 && seen.join() !== expected.join(); asked += 1) {
      await sleep(systemClock(), 20);
      seen = await membershipsOn(node);
    }
    assert.deepEqual(seen, expected);
  }
});

test('a room that is forgotten over one node is forgotten on the other', async (t) => {
  if (!nodes) return t.skip('there is no PostgreSQL');
  const { one, two, on } = nodes;
  const host = await one.client.register('host', 'password of host');
  const guest = await one.client.register('guest', 'password of guest');
  const there = on(two, guest);
  const room = await host.createRoom({ preset: 'public_chat' });
  const filter = JSON.stringify({ room: { include_leave: true } });
  const isListed = async (client: Session): Promise<boolean> => (await client.sync({ filter })).rooms?.leave?.[room] !== undefined;
  await guest.join(room);
  const { next_batch: since } = await there.sync();
  await guest.leave(room);
  await there.syncUntil((body) => body.rooms?.leave?.[room], since);
  assert.ok(await isListed(there));
  await guest.forget(room);
  await there.refused(403, 'M_FORBIDDEN', 'GET', inRoom(room, 'messages'), { query: { dir: 'b' } });
  // The other node hears of it by the bus, or by its own slow beat.
  for (let asked = 0; await isListed(there); asked += 1) {
    assert.ok(asked < 500, 'the other node still lists the room');
    await sleep(systemClock(), 20);
  }
});
