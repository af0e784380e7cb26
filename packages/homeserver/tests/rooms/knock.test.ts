import assert from 'node:assert/strict';

import { inRoom, membershipOf, onEachDatabase } from './place.ts';
import { clientPath, type Session } from '@hearth/testkit';

type Content = Record<string, unknown>;

const byState = (client: Session, room: string): Promise<unknown> =>
  client.setState(room, 'm.room.member', client.userId, { membership: 'knock', reason: 'please' });
const knock = (client: Session, room: string, body: Content = {}): Promise<Content> =>
  client.ok('POST', clientPath`/knock/${room}`, { query: { via: ['hearth.test'] }, body });
async function knockRefused(client: Session, room: string): Promise<string> {
  await client.refused(403, 'M_FORBIDDEN', 'PUT', clientPath`/rooms/${room}/state/m.room.member/${client.userId}`, {
    body: { membership: 'knock' },
  });
  return (await client.refused(403, 'M_FORBIDDEN', 'POST', clientPath`/knock/${room}`, { body: {} })).error;
}
const withRule = (rule: string, more: object = {}): Content => ({
  ...more,
  initial_state: [{ type: 'm.room.join_rules', content: { join_rule: rule, allow: [] } }],
});

onEachDatabase('knocking', (it) => {
  it('is heard by those who can open, and answered by an invitation', async ({ alice, bob }) => {
    for (const [rule, version] of [
      ['knock', '7'],
      ['knock', '12'],
      ['knock_restricted', '10'],
    ] as const) {
      const room = await alice.createRoom(withRule(rule, { room_version: version }));
      assert.deepEqual(await knock(bob, room, { reason: 'please' }), { room_id: room });
      assert.deepEqual(await alice.getState(room, 'm.room.member', bob.userId), {
        membership: 'knock',
        reason: 'please',
        displayname: 'bob',
      });
      await bob.refused(403, 'M_FORBIDDEN', 'POST', clientPath`/join/${room}`, { body: {} });
      await alice.invite(room, bob.userId);
      await bob.join(room);
    }
  });

  it('works by alias, with the name of who knocks, and by the member event itself', async ({ alice, bob, carol }) => {
    const room = await alice.createRoom(withRule('knock', { room_alias_name: 'door' }));
    await bob.ok('PUT', clientPath`/profile/${bob.userId}/displayname`, { body: { displayname: 'Bob' } });
    assert.deepEqual(await knock(bob, '#door:hearth.test'), { room_id: room });
    assert.deepEqual(await alice.getState(room, 'm.room.member', bob.userId), { membership: 'knock', displayname: 'Bob' });
    await byState(carol, room);
    assert.equal(await membershipOf(alice, room, carol.userId), 'knock');
    await bob.refused(404, 'M_NOT_FOUND', 'POST', clientPath`/knock/${'#no-door:hearth.test'}`, { body: {} });
    await bob.refused(400, 'M_INVALID_PARAM', 'POST', clientPath`/knock/${'door'}`, { body: {} });
    await alice.ok('DELETE', clientPath`/directory/room/${'#door:hearth.test'}`);
    await bob.ok('DELETE', clientPath`/profile/${bob.userId}/displayname`);
  });

  it('shows the room’s face in knock_state; withdrawing it, or being turned away, ends that', async ({ alice, bob }) => {
    const room = await alice.createRoom(withRule('knock', { name: 'Behind the door' }));
    const { next_batch: before } = await bob.sync();
    await knock(bob, room);
    for (const query of [{}, { since: before }]) {
      const { events } = (await bob.sync(query)).rooms.knock[room].knock_state;
      const face = new Map(
        events.map((event: { type: string; state_key: string; content: object }) => [`${event.type}|${event.state_key}`, event.content]),
      );
      assert.deepEqual(face.get('m.room.name|'), { name: 'Behind the door' });
      assert.deepEqual(face.get(`m.room.member|${bob.userId}`), { membership: 'knock' });
      assert.ok(face.has('m.room.create|') && face.has('m.room.join_rules|'));
      for (const event of events) assert.deepEqual(Object.keys(event).sort(), ['content', 'sender', 'state_key', 'type']);
    }
    const { next_batch: knocked } = await bob.sync();
    await bob.leave(room);
    assert.ok((await bob.sync({ since: knocked })).rooms.leave[room]);
    assert.equal((await bob.sync()).rooms?.knock?.[room], undefined);
    await knock(bob, room, { reason: 'again' });
    await knock(bob, room, { reason: 'and again' });
    assert.equal((await alice.getState(room, 'm.room.member', bob.userId)).reason, 'and again');
    await alice.kick(room, bob.userId, 'not today');
    assert.equal(await membershipOf(alice, room, bob.userId), 'leave');
    await bob.refused(403, 'M_FORBIDDEN', 'POST', inRoom(room, 'leave'), { body: {} });
  });

  it('is not for rooms without that rule, members, the invited and the banned', async ({ alice, bob, carol }) => {
    const nowhere = await knockRefused(bob, '!nowhere:hearth.test');
    for (const options of [{}, { preset: 'public_chat' }, withRule('knock', { room_version: '6' }), withRule('restricted')]) {
      const room = await alice.createRoom(options);
      assert.equal(await knockRefused(bob, room), nowhere);
      assert.equal(await membershipOf(alice, room, bob.userId), 'leave');
    }
    const room = await alice.createRoom(withRule('knock', { invite: [carol.userId] }));
    await alice.ban(room, bob.userId);
    for (const client of [alice, bob, carol]) await knockRefused(client, room);
  });
});
