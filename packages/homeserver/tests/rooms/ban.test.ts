import assert from 'node:assert/strict';

import { eventsOf, forbidden, inRoom, membershipOf, onEachDatabase } from './place.ts';

onEachDatabase('banning', (it) => {
  it('takes a member out and keeps them out until the ban is lifted', async ({ alice, bob }) => {
    const room = await alice.createRoom({ preset: 'public_chat' });
    await bob.join(room);
    assert.deepEqual(await alice.ok('POST', inRoom(room, 'ban'), { body: { user_id: bob.userId } }), {});
    await bob.refused(403, 'M_FORBIDDEN', 'PUT', inRoom(room, 'send/m.room.message/late'), { body: { msgtype: 'm.text', body: 'late' } });
    await forbidden(bob, room, 'join');
    await forbidden(alice, room, 'invite', { user_id: bob.userId });
    assert.deepEqual(await alice.ok('POST', inRoom(room, 'unban'), { body: { user_id: bob.userId } }), {});
    assert.equal(await membershipOf(alice, room, bob.userId), 'leave');
    await bob.join(room);
  });

  it('reaches those who are invited, who left, who were never there and who are of another server', async ({ alice, bob, carol }) => {
    const room = await alice.createRoom({ invite: [bob.userId] });
    const people = [bob.userId, carol.userId, '@nobody:hearth.test', '@zoe:elsewhere.test'];
    for (const user of people) {
      await alice.ban(room, user);
      assert.equal(await membershipOf(alice, room, user), 'ban');
    }
    await forbidden(bob, room, 'join');
    await forbidden(bob, room, 'leave');
  });

  it('again changes nothing', async ({ alice, bob }) => {
    const room = await alice.createRoom();
    await alice.ban(room, bob.userId, 'noise');
    const before = await eventsOf(alice, room);
    await alice.ban(room, bob.userId, 'noise');
    assert.deepEqual(await eventsOf(alice, room), before);
  });

  it('needs power, and more than the other has; so does lifting the ban', async ({ alice, bob, carol }) => {
    const room = await alice.createRoom({ preset: 'public_chat', room_version: '11' });
    const levels = (bobs: number): Promise<string> =>
      alice.setState(room, 'm.room.power_levels', '', { users: { [alice.userId]: 100, [bob.userId]: bobs, [carol.userId]: 40 } });
    await bob.join(room);
    await carol.join(room);
    for (const level of [0, 40]) {
      await levels(level);
      await forbidden(bob, room, 'ban', { user_id: carol.userId });
    }
    await levels(50);
    await forbidden(bob, room, 'ban', { user_id: alice.userId });
    await bob.ban(room, carol.userId);
    await levels(49);
    await forbidden(bob, room, 'unban', { user_id: carol.userId });
    assert.equal(await membershipOf(alice, room, carol.userId), 'ban');
    await levels(50);
    await bob.unban(room, carol.userId);
  });

  it('is for members, and not of oneself', async ({ alice, bob, carol }) => {
    const room = await alice.createRoom({ preset: 'public_chat', room_version: '11' });
    await bob.join(room);
    await alice.setState(room, 'm.room.power_levels', '', { users: { [alice.userId]: 100, [bob.userId]: 90 } });
    await forbidden(bob, room, 'ban', { user_id: bob.userId });
    await alice.ban(room, carol.userId);
    await bob.leave(room);
    await forbidden(bob, room, 'ban', { user_id: '@nobody:hearth.test' });
    await forbidden(bob, room, 'unban', { user_id: carol.userId });
    assert.equal(await membershipOf(alice, room, carol.userId), 'ban');
  });

  it('there is nothing to lift where nobody is banned', async ({ alice, bob, carol }) => {
    const room = await alice.createRoom({ preset: 'public_chat', invite: [carol.userId] });
    await bob.join(room);
    const before = await eventsOf(alice, room);
    for (const user of [alice.userId, bob.userId, carol.userId, '@nobody:hearth.test']) {
      assert.match(await forbidden(alice, room, 'unban', { user_id: user }), /not banned/);
    }
    assert.deepEqual(await eventsOf(alice, room), before);
  });
});
