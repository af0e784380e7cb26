import assert from 'node:assert/strict';

import { eventsOf, forbidden, inRoom, membershipOf, onEachDatabase } from './place.ts';

onEachDatabase('inviting', (it) => {
  it('tells the invited what they are invited to, and lets them in', async ({ alice, bob }) => {
    const room = await alice.createRoom({ name: 'Party' });
    assert.deepEqual(await alice.ok('POST', inRoom(room, 'invite'), { body: { user_id: bob.userId } }), {});
    const { events } = (await bob.sync()).rooms.invite[room].invite_state;
    const told = new Map(
      events.map((event: { type: string; state_key: string; content: object }) => [event.type + event.state_key, event.content]),
    );
    assert.deepEqual(told.get('m.room.name'), { name: 'Party' });
    assert.deepEqual(told.get(`m.room.member${bob.userId}`), { membership: 'invite', displayname: 'bob' });
    assert.ok(told.has('m.room.create') && told.has('m.room.join_rules'));
    await bob.join(room);
  });

  it('of somebody who is invited is answered with 200, and by the same person is no new event', async ({ alice, bob, carol }) => {
    const room = await alice.createRoom({ invite: [bob.userId, carol.userId] });
    const before = await eventsOf(alice, room);
    await alice.invite(room, bob.userId);
    assert.deepEqual(await eventsOf(alice, room), before);
    await carol.join(room);
    await carol.invite(room, bob.userId);
    assert.equal(await membershipOf(alice, room, bob.userId), 'invite');
  });

  it('of members and of the banned is refused with the reason', async ({ alice, bob, carol }) => {
    const room = await alice.createRoom({ preset: 'public_chat' });
    await bob.join(room);
    await alice.ban(room, carol.userId);
    assert.equal(await forbidden(alice, room, 'invite', { user_id: bob.userId }), '@bob:hearth.test is already in the room.');
    assert.equal(await forbidden(alice, room, 'invite', { user_id: alice.userId }), '@alice:hearth.test is already in the room.');
    assert.equal(await forbidden(alice, room, 'invite', { user_id: carol.userId }), '@carol:hearth.test is banned from the room.');
    assert.equal(await membershipOf(alice, room, carol.userId), 'ban');
  });

  it('is for members who have the power', async ({ alice, bob, carol }) => {
    const room = await alice.createRoom({ preset: 'public_chat', power_level_content_override: { invite: 50 } });
    await bob.join(room);
    await forbidden(bob, room, 'invite', { user_id: carol.userId });
    await bob.leave(room);
    await alice.setState(room, 'm.room.power_levels', '', { invite: 0 });
    await forbidden(bob, room, 'invite', { user_id: carol.userId });
    assert.equal(await membershipOf(alice, room, carol.userId), 'leave');
  });

  it('the invited invite nobody before they have come in', async ({ alice, bob, carol }) => {
    const room = await alice.createRoom({ invite: [bob.userId] });
    await forbidden(bob, room, 'invite', { user_id: carol.userId });
    await bob.join(room);
    await bob.invite(room, carol.userId);
    await carol.join(room);
  });

  it('needs somebody who can be reached: a user id, of this server', async ({ alice }) => {
    const room = await alice.createRoom();
    const before = await eventsOf(alice, room);
    for (const [errcode, body] of [
      ['M_MISSING_PARAM', {}],
      ['M_INVALID_PARAM', { user_id: '' }],
      ['M_INVALID_PARAM', { user_id: 'bob' }],
      ['M_INVALID_PARAM', { user_id: '#bob:hearth.test' }],
      ['M_INVALID_PARAM', { user_id: `@${'x'.repeat(255)}:hearth.test` }],
      ['M_UNKNOWN', { user_id: '@zoe:elsewhere.test' }],
    ] as const) {
      await alice.refused(400, errcode, 'POST', inRoom(room, 'invite'), { body });
    }
    assert.deepEqual(await eventsOf(alice, room), before);
  });

  it('by e-mail address or telephone number is not offered without an identity server, whichever form is used', async ({ alice }) => {
    const room = await alice.createRoom();
    const today = { id_server: 'id.hearth.test', id_access_token: 'secret', medium: 'email', address: 'zoe@hearth.test' };
    const { id_access_token: _token, ...of2015 } = today;
    for (const body of [today, of2015, { medium: 'msisdn', address: '447700900000' }]) {
      await alice.refused(400, 'M_UNKNOWN', 'POST', inRoom(room, 'invite'), { body });
    }
  });
});
