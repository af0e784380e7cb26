import assert from 'node:assert/strict';

import { eventsOf, forbidden, inRoom, membershipOf, onEachDatabase } from './place.ts';
import { clientPath } from '@hearth/testkit';

onEachDatabase('joining', (it) => {
  it('a public room by its id and by its alias, on both paths, answers the room’s id', async ({ alice, bob, carol }) => {
    const room = await alice.createRoom({ preset: 'public_chat', room_alias_name: 'open' });
    assert.deepEqual(await bob.ok('POST', inRoom(room, 'join'), { body: {} }), { room_id: room });
    assert.equal(await carol.join('#open:hearth.test', { via: ['elsewhere.test', 'hearth.test'] }), room);
    for (const { userId } of [bob, carol]) assert.equal(await membershipOf(alice, room, userId), 'join');
    assert.equal(await alice.join(room, { via: ['not a server'] }), room);
    assert.deepEqual(await alice.ok('POST', inRoom('#open:hearth.test', 'join'), { body: {} }), { room_id: room });
  });

  it('needs no body', async ({ alice, bob, carol }) => {
    const room = await alice.createRoom({ preset: 'public_chat' });
    await bob.ok('POST', inRoom(room, 'join'));
    await carol.ok('POST', clientPath`/join/${room}`);
  });

  it('takes along what a client says beyond what is specified, and nothing else of the body', async ({ alice, bob, carol }) => {
    const room = await alice.createRoom({ preset: 'public_chat' });
    const own = { 'org.example.hat': { colour: 'red' }, foo: 'bar' };
    const specified = {
      membership: 'ban',
      displayname: 'Alice',
      avatar_url: 'mxc://a/b',
      is_direct: true,
      join_authorised_via_users_server: alice.userId,
      third_party_invite: { display_name: 'x' },
    };
    await bob.ok('POST', inRoom(room, 'join'), { body: { ...own, ...specified, reason: 'tea' } });
    await carol.ok('POST', clientPath`/join/${room}`, { body: { ...own, ...specified } });
    const member = async (who: string) => alice.getState(room, 'm.room.member', who);
    assert.deepEqual(await member(bob.userId), { ...own, displayname: 'bob', reason: 'tea', membership: 'join' });
    assert.deepEqual(await member(carol.userId), { ...own, displayname: 'carol', membership: 'join' });
  });

  it('with more than an event can hold is refused, and so are numbers that none may have', async ({ alice, bob }) => {
    const room = await alice.createRoom({ preset: 'public_chat' });
    await bob.refused(413, 'M_TOO_LARGE', 'POST', inRoom(room, 'join'), { body: { foo: 'x'.repeat(65_536) } });
    await bob.refused(400, 'M_BAD_JSON', 'POST', inRoom(room, 'join'), { body: { foo: 1.5 } });
    assert.equal(await membershipOf(alice, room, bob.userId), 'leave');
  });

  it('again changes nothing, whatever the reason', async ({ alice, bob }) => {
    const room = await alice.createRoom({ preset: 'public_chat' });
    await bob.join(room);
    const before = await eventsOf(alice, room);
    assert.equal(await bob.join(room, { reason: 'again' }), room);
    assert.equal(await alice.join(room), room);
    assert.deepEqual(await eventsOf(alice, room), before);
  });

  it('a room that is not open is refused in the same words as a room that does not exist', async ({ alice, bob }) => {
    const invited = await alice.createRoom();
    const elsewhere = await alice.createRoom();
    const allow = [{ type: 'm.room_membership', room_id: elsewhere }];
    const closed = await Promise.all(
      [
        { join_rule: 'private' },
        { join_rule: 'org.example.unknown' },
        { join_rule: 'knock' },
        { join_rule: 'restricted', allow },
        { join_rule: 'knock_restricted', allow },
        {},
      ].map((content) => alice.createRoom({ initial_state: [{ type: 'm.room.join_rules', content }] })),
    );
    const sentence = await forbidden(bob, '!nowhere:hearth.test', 'join');
    for (const room of [invited, ...closed, `!${'A'.repeat(43)}`, '!nowhere:elsewhere.test']) {
      assert.equal(await forbidden(bob, room, 'join'), sentence);
      await bob.refused(403, 'M_FORBIDDEN', 'POST', clientPath`/join/${room}`, { body: {} });
    }
    assert.equal(await membershipOf(alice, invited, bob.userId), 'leave');
  });

  it('the banned are told so', async ({ alice, bob }) => {
    const room = await alice.createRoom({ preset: 'public_chat' });
    await alice.ban(room, bob.userId);
    assert.match(await forbidden(bob, room, 'join'), /banned/);
  });

  it('an invitation opens a room to the one who was invited, and only as long as it stands', async ({ alice, bob, carol }) => {
    const room = await alice.createRoom({ invite: [bob.userId, carol.userId] });
    await bob.join(room);
    await alice.kick(room, carol.userId);
    await forbidden(carol, room, 'join');
    await bob.leave(room);
    await forbidden(bob, room, 'join');
  });

  it('the face of the new member is the one of their profile', async ({ alice, bob }) => {
    const profile = { displayname: 'Bob', avatar_url: 'mxc://hearth.test/bob' };
    for (const [field, value] of Object.entries(profile)) {
      await bob.ok('PUT', clientPath`/profile/${bob.userId}/${field}`, { body: { [field]: value } });
    }
    const room = await alice.createRoom({ preset: 'public_chat' });
    await bob.join(room);
    assert.deepEqual(await alice.getState(room, 'm.room.member', bob.userId), { membership: 'join', ...profile });
  });

  it('what is neither id nor alias, free aliases and aliases of other servers', async ({ bob }) => {
    for (const room of ['room', '@bob:hearth.test', '$event', '!', '#', '#alias', '!a b:c d', `!${'x'.repeat(255)}:hearth.test`]) {
      await bob.refused(400, 'M_INVALID_PARAM', 'POST', clientPath`/join/${room}`, { body: {} });
      await bob.refused(400, 'M_INVALID_PARAM', 'POST', inRoom(room, 'join'), { body: {} });
    }
    for (const alias of ['#free:hearth.test', '#open:elsewhere.test']) {
      await bob.refused(404, 'M_NOT_FOUND', 'POST', clientPath`/join/${alias}`, { body: {} });
    }
  });
});
