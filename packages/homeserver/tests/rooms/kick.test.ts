import assert from 'node:assert/strict';

import { eventsOf, forbidden, inRoom, membershipOf, onEachDatabase } from './place.ts';

onEachDatabase('kicking', (it) => {
  it('takes a member out, who may come back where the door is open', async ({ alice, bob }) => {
    const room = await alice.createRoom({ preset: 'public_chat' });
    await bob.join(room);
    assert.deepEqual(await alice.ok('POST', inRoom(room, 'kick'), { body: { user_id: bob.userId } }), {});
    assert.equal(await membershipOf(alice, room, bob.userId), 'leave');
    await bob.refused(403, 'M_FORBIDDEN', 'PUT', inRoom(room, 'send/m.room.message/late'), { body: { msgtype: 'm.text', body: 'late' } });
    await bob.join(room);
  });

  it('takes an invitation or a knock back', async ({ alice, bob, carol }) => {
    const room = await alice.createRoom({
      invite: [bob.userId],
      initial_state: [{ type: 'm.room.join_rules', content: { join_rule: 'knock' } }],
    });
    await carol.setState(room, 'm.room.member', carol.userId, { membership: 'knock' });
    for (const { userId } of [bob, carol]) {
      await alice.kick(room, userId);
      assert.equal(await membershipOf(alice, room, userId), 'leave');
    }
    await forbidden(bob, room, 'join');
  });

  it('of somebody who is not in the room is refused, and a ban is not ended by it', async ({ alice, bob, carol }) => {
    const room = await alice.createRoom();
    await alice.ban(room, carol.userId);
    const before = await eventsOf(alice, room);
    for (const user of [bob.userId, '@nobody:hearth.test', '@zoe:elsewhere.test']) {
      assert.match(await forbidden(alice, room, 'kick', { user_id: user }), /not in the room/);
    }
    assert.match(await forbidden(alice, room, 'kick', { user_id: carol.userId }), /banned/);
    assert.deepEqual(await eventsOf(alice, room), before);
  });

  it('needs power, and more than the other has', async ({ alice, bob, carol }) => {
    const room = await alice.createRoom({ preset: 'public_chat', room_version: '11' });
    await bob.join(room);
    await carol.join(room);
    await forbidden(bob, room, 'kick', { user_id: carol.userId });
    await alice.setState(room, 'm.room.power_levels', '', { users: { [alice.userId]: 100, [bob.userId]: 60, [carol.userId]: 60 } });
    await forbidden(bob, room, 'kick', { user_id: carol.userId });
    await forbidden(bob, room, 'kick', { user_id: alice.userId });
    await alice.setState(room, 'm.room.power_levels', '', { users: { [alice.userId]: 100, [bob.userId]: 60 } });
    await bob.kick(room, carol.userId);
  });

  it('oneself is leaving', async ({ alice, bob }) => {
    const room = await alice.createRoom({ preset: 'public_chat' });
    await bob.join(room);
    await bob.kick(room, bob.userId);
    assert.equal(await membershipOf(alice, room, bob.userId), 'leave');
  });
});
