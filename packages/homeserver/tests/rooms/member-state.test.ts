import assert from 'node:assert/strict';

import { eventsOf, membershipOf, onEachDatabase } from './place.ts';
import { clientPath, type Session } from '@hearth/testkit';

const refusedMember = (client: Session, room: string, user: string, content: unknown, code: readonly [number, string]): Promise<unknown> =>
  client.refused(...code, 'PUT', clientPath`/rooms/${room}/state/m.room.member/${user}`, { body: content });
const forbidden = [403, 'M_FORBIDDEN'] as const;

onEachDatabase('member events written as state', (it) => {
  it('do what the endpoints do, with fields of the client’s own', async ({ alice, bob }) => {
    const room = await alice.createRoom();
    const put = (client: Session, membership: string): Promise<string> =>
      client.setState(room, 'm.room.member', bob.userId, { membership, 'org.example.hat': 'red' });
    for (const [client, membership] of [
      [alice, 'invite'],
      [bob, 'join'],
      [bob, 'leave'],
      [alice, 'ban'],
      [alice, 'leave'],
      [alice, 'invite'],
      [alice, 'leave'],
    ] as const) {
      const eventId = await put(client, membership);
      assert.deepEqual((await alice.event(room, eventId)).content, { membership, 'org.example.hat': 'red' });
      assert.equal(await membershipOf(alice, room, bob.userId), membership);
    }
  });

  it('of a member about themselves change what they say of themselves; the same again is no new event', async ({ alice, bob }) => {
    const room = await alice.createRoom({ preset: 'public_chat' });
    await bob.join(room);
    const content = { membership: 'join', displayname: 'Robert' };
    const eventId = await bob.setState(room, 'm.room.member', bob.userId, content);
    assert.equal(await bob.setState(room, 'm.room.member', bob.userId, content), eventId);
    await refusedMember(alice, room, bob.userId, { membership: 'join', displayname: 'Fool' }, forbidden);
    assert.deepEqual(await alice.getState(room, 'm.room.member', bob.userId), content);
    // Whoever they say has vouched for them, the event does not say it.
    for (const voucher of [alice.userId, '@zoe:elsewhere.test', 7]) {
      await bob.setState(room, 'm.room.member', bob.userId, { ...content, join_authorised_via_users_server: voucher });
      assert.deepEqual(await alice.getState(room, 'm.room.member', bob.userId), content);
    }
  });

  it('nobody vouches for themselves at the door of a restricted room', async ({ alice, bob, carol }) => {
    const club = await alice.createRoom({ preset: 'public_chat' });
    await carol.join(club);
    const rules = { join_rule: 'restricted', allow: [{ type: 'm.room_membership', room_id: club }] };
    const room = await alice.createRoom({ initial_state: [{ type: 'm.room.join_rules', content: rules }] });
    const content = { membership: 'join', join_authorised_via_users_server: alice.userId };
    await refusedMember(bob, room, bob.userId, content, forbidden);
    assert.equal(await membershipOf(alice, room, bob.userId), 'leave');
    // Who is in the club is vouched for by the server, whatever they say.
    await carol.setState(room, 'm.room.member', carol.userId, {
      membership: 'join',
      join_authorised_via_users_server: '@x:elsewhere.test',
    });
    assert.equal((await alice.getState(room, 'm.room.member', carol.userId)).join_authorised_via_users_server, alice.userId);
  });

  it('are refused where the endpoints would refuse', async ({ alice, bob, carol }) => {
    const room = await alice.createRoom({ preset: 'public_chat' });
    await bob.join(room);
    await alice.ban(room, carol.userId);
    const before = await eventsOf(alice, room);
    for (const [client, user, membership, code] of [
      [alice, bob.userId, 'invite', forbidden],
      [alice, carol.userId, 'invite', forbidden],
      [alice, '@nobody:hearth.test', 'leave', forbidden],
      [alice, '@zoe:elsewhere.test', 'invite', [400, 'M_UNKNOWN']],
      [alice, 'zoe', 'invite', [400, 'M_INVALID_PARAM']],
      [alice, 'zoe', 'ban', [400, 'M_INVALID_PARAM']],
      [bob, alice.userId, 'leave', forbidden],
      [bob, alice.userId, 'ban', forbidden],
      [bob, carol.userId, 'leave', forbidden],
      [bob, carol.userId, 'knock', forbidden],
      [bob, bob.userId, 'knock', forbidden],
      [carol, carol.userId, 'join', forbidden],
      [carol, carol.userId, 'leave', forbidden],
    ] as const) {
      await refusedMember(client, room, user, { membership }, code);
    }
    assert.deepEqual(await eventsOf(alice, room), before);
  });

  it('need a membership that there is', async ({ alice }) => {
    const room = await alice.createRoom();
    for (const content of [{}, { membership: null }, { membership: 'owner' }, { membership: ['join'] }, { membership: '' }]) {
      await refusedMember(alice, room, alice.userId, content, [400, 'M_BAD_JSON']);
    }
  });

  it('in somebody else’s room are refused in the same words as in none', async ({ alice, bob, carol }) => {
    const room = await alice.createRoom();
    for (const [user, membership] of [
      [bob.userId, 'leave'],
      [bob.userId, 'knock'],
      [bob.userId, 'ban'],
      [bob.userId, 'invite'],
      [carol.userId, 'invite'],
      [carol.userId, 'leave'],
      [alice.userId, 'ban'],
    ] as const) {
      const answers = [];
      for (const id of [room, '!nowhere:hearth.test']) answers.push(await refusedMember(bob, id, user, { membership }, forbidden));
      assert.deepEqual(answers[0], answers[1], `${membership} of ${user}`);
    }
  });
});
