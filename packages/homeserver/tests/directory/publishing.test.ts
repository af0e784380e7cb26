import assert from 'node:assert/strict';

import { onEachDatabase, password } from '../rooms/place.ts';
import { clientPath, type Session } from '@hearth/testkit';

const listing = (room: string): string => clientPath`/directory/list/room/${room}`;

async function mayPublish(client: Session, owner: Session, room: string): Promise<number> {
  const { status } = await client.request('PUT', listing(room), { body: { visibility: 'public' } });
  assert.equal((await owner.ok('GET', listing(room))).visibility, status === 200 ? 'public' : 'private');
  if (status === 200) await owner.ok('PUT', listing(room), { body: { visibility: 'private' } });
  return status;
}

onEachDatabase('who may publish a room', (it) => {
  it('AC-11: who may set its canonical alias, and administrators; the room must be there', async ({ hearth, alice, bob, carol }) => {
    await hearth.server.accounts.accounts.create({ userId: '@root:hearth.test', kind: 'user', password, admin: true });
    const root = await hearth.client.login('root', password);
    const room = await alice.createRoom({ preset: 'public_chat', room_version: '11' });
    await bob.join(room);
    const levels = (bobs: number): Promise<string> =>
      alice.setState(room, 'm.room.power_levels', '', {
        users: { [alice.userId]: 100, [bob.userId]: bobs },
        events: { 'm.room.canonical_alias': 60 },
      });
    await levels(59);
    assert.equal(await mayPublish(bob, alice, room), 403, 'a member with too little power');
    await levels(60);
    assert.equal(await mayPublish(bob, alice, room), 200, 'a member with the power');
    assert.equal(await mayPublish(alice, alice, room), 200, 'the creator');
    assert.equal(await mayPublish(carol, alice, room), 403, 'a stranger');
    assert.equal(await mayPublish(root, alice, room), 200, 'an administrator');
    await bob.leave(room);
    assert.equal(await mayPublish(bob, alice, room), 403, 'somebody whose power outlived their membership');
    for (const client of [alice, root]) {
      await client.refused(404, 'M_NOT_FOUND', 'PUT', listing('!nowhere:hearth.test'), { body: { visibility: 'public' } });
    }
    await alice.refused(400, 'M_INVALID_PARAM', 'PUT', listing('nowhere'), { body: {} });
    await alice.refused(400, 'M_BAD_JSON', 'PUT', listing(room), { body: { visibility: 'secret' } });
    await hearth.client.refused(401, 'M_MISSING_TOKEN', 'PUT', listing(room), { body: {} });
  });

  it('without a word in the body it is published, and both ways a repetition changes nothing', async ({ alice, hearth }) => {
    const room = await alice.createRoom();
    assert.equal((await alice.ok('GET', listing(room))).visibility, 'private');
    for (let times = 0; times < 2; times += 1) await alice.ok('PUT', listing(room), { body: {} });
    assert.equal((await hearth.client.ok('GET', listing(room))).visibility, 'public');
    for (let times = 0; times < 2; times += 1) await alice.ok('PUT', listing(room), { body: { visibility: 'private' } });
    assert.equal((await alice.ok('GET', listing(room))).visibility, 'private');
  });

  it('a private room and none at all are the same to strangers', async ({ alice, bob, hearth }) => {
    const room = await alice.createRoom();
    for (const client of [bob, hearth.client]) {
      const hidden = await client.refused(404, 'M_NOT_FOUND', 'GET', listing(room));
      assert.deepEqual(await client.refused(404, 'M_NOT_FOUND', 'GET', listing('!nowhere:hearth.test')), hidden);
    }
    const hidden = await bob.refused(404, 'M_NOT_FOUND', 'PUT', listing(room), { body: {} });
    assert.deepEqual(await bob.refused(404, 'M_NOT_FOUND', 'PUT', listing('!nowhere:hearth.test'), { body: {} }), hidden);
    assert.equal((await alice.ok('GET', listing(room))).visibility, 'private');
  });
});
