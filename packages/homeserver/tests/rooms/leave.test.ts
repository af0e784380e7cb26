import assert from 'node:assert/strict';

import { eventsOf, forbidden, inRoom, membershipOf, onEachDatabase } from './place.ts';

onEachDatabase('leaving', (it) => {
  it('ends a membership, and a second time there is nothing to leave', async ({ alice, bob }) => {
    const room = await alice.createRoom({ preset: 'public_chat' });
    await bob.join(room);
    await bob.sendText(room, 'hello');
    assert.deepEqual(await bob.ok('POST', inRoom(room, 'leave'), { body: {} }), {});
    assert.equal(await membershipOf(alice, room, bob.userId), 'leave');
    await bob.refused(403, 'M_FORBIDDEN', 'PUT', inRoom(room, 'send/m.room.message/late'), { body: { msgtype: 'm.text', body: 'late' } });
    const before = await eventsOf(alice, room);
    await forbidden(bob, room, 'leave');
    assert.deepEqual(await eventsOf(alice, room), before);
    await bob.join(room);
    await bob.sendText(room, 'back');
  });

  it('declines an invitation, withdraws a knock, and does not end a ban', async ({ alice, bob, carol }) => {
    const room = await alice.createRoom({
      invite: [bob.userId],
      initial_state: [{ type: 'm.room.join_rules', content: { join_rule: 'knock' } }],
    });
    await bob.leave(room);
    await forbidden(bob, room, 'join');
    await carol.setState(room, 'm.room.member', carol.userId, { membership: 'knock' });
    await carol.leave(room);
    assert.equal(await membershipOf(alice, room, carol.userId), 'leave');
    await alice.ban(room, carol.userId);
    await forbidden(carol, room, 'leave');
    assert.equal(await membershipOf(alice, room, carol.userId), 'ban');
  });

  it('somebody else’s room is left in the same words as none at all', async ({ alice, bob }) => {
    const room = await alice.createRoom();
    assert.equal(await forbidden(bob, room, 'leave'), await forbidden(bob, '!nowhere:hearth.test', 'leave'));
    for (const odd of ['room', '#alias:hearth.test', '@bob:hearth.test', '!']) {
      await bob.refused(400, 'M_INVALID_PARAM', 'POST', inRoom(odd, 'leave'), { body: {} });
    }
  });

  it('the last one may go as well, and what is public stays open behind them', async ({ alice, bob }) => {
    const room = await alice.createRoom({ preset: 'public_chat' });
    await alice.leave(room);
    await bob.join(room);
    assert.equal(await membershipOf(bob, room, alice.userId), 'leave');
  });
});
