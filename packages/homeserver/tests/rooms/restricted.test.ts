import assert from 'node:assert/strict';

import { forbidden, inRoom, membershipOf, onEachDatabase } from './place.ts';
import type { Session } from '@hearth/testkit';

const membershipIn = (room: string): object => ({ type: 'm.room_membership', room_id: room });

async function restrictedRoom(owner: Session, allow: unknown, options: object = {}, rule = 'restricted'): Promise<string> {
  return owner.createRoom({ ...options, initial_state: [{ type: 'm.room.join_rules', content: { join_rule: rule, allow } }] });
}

onEachDatabase('restricted rooms', (it) => {
  for (const [rule, versions] of [
    ['restricted', ['8', '11', '12']],
    ['knock_restricted', ['10', '12']],
  ] as const) {
    it(`${rule}: members of a room that the rule names come in, vouched for by somebody who may invite, and others do not`, async ({
      alice,
      bob,
      carol,
    }) => {
      for (const version of versions) {
        const club = await alice.createRoom({ preset: 'public_chat' });
        await bob.join(club);
        const room = await restrictedRoom(
          alice,
          [membershipIn('!nowhere:hearth.test'), membershipIn(club)],
          { room_version: version },
          rule,
        );
        await bob.join(room);
        const { membership, join_authorised_via_users_server: voucher } = await alice.getState(room, 'm.room.member', bob.userId);
        assert.deepEqual([membership, voucher], ['join', alice.userId]);
        await forbidden(carol, room, 'join');
        await bob.leave(club);
        await bob.join(room);
        await bob.leave(room);
        await forbidden(bob, room, 'join');
      }
    });
  }

  it('an invitation needs no voucher, and membership does not help the banned', async ({ alice, bob, carol }) => {
    const club = await alice.createRoom({ preset: 'public_chat' });
    await carol.join(club);
    const room = await restrictedRoom(alice, [membershipIn(club)], { invite: [bob.userId] });
    await bob.join(room);
    assert.equal((await alice.getState(room, 'm.room.member', bob.userId)).join_authorised_via_users_server, undefined);
    await alice.ban(room, carol.userId);
    assert.match(await forbidden(carol, room, 'join'), /banned/);
  });

  it('conditions of other types, and what is no condition, open nothing', async ({ alice, bob }) => {
    const club = await alice.createRoom({ preset: 'public_chat' });
    await bob.join(club);
    for (const allow of [
      [{ type: 'org.example.condition', room_id: club }],
      [{ room_id: club }],
      [null, 7, club, [membershipIn(club)], { type: 'm.room_membership', room_id: [club] }, { type: 'm.room_membership' }],
      membershipIn(club),
      club,
      null,
      [],
    ]) {
      await forbidden(bob, await restrictedRoom(alice, allow), 'join');
    }
    await bob.join(await restrictedRoom(alice, [7, { type: 'org.example.condition' }, membershipIn(club)]));
  });

  it('an invitation to the named room, or having left it, is not membership', async ({ alice, bob, carol }) => {
    const club = await alice.createRoom({ invite: [bob.userId, carol.userId] });
    await carol.join(club);
    await carol.leave(club);
    const room = await restrictedRoom(alice, [membershipIn(club)]);
    for (const client of [bob, carol]) await forbidden(client, room, 'join');
  });

  it('in versions that do not know the rule nobody comes in by it', async ({ alice, bob }) => {
    const club = await alice.createRoom({ preset: 'public_chat' });
    await bob.join(club);
    // Nor does anybody look for a voucher there, who could not be found.
    const levels = { power_level_content_override: { invite: 101 } };
    await forbidden(bob, await restrictedRoom(alice, [membershipIn(club)], { room_version: '7', ...levels }), 'join');
    await forbidden(bob, await restrictedRoom(alice, [membershipIn(club)], { room_version: '9', ...levels }, 'knock_restricted'), 'join');
  });

  it('any member vouches where everybody may invite, and nobody where none that may is left', async ({ alice, bob, carol }) => {
    const club = await alice.createRoom({ preset: 'public_chat' });
    for (const client of [bob, carol]) await client.join(club);
    for (const [invite, usersDefault] of [
      [0, 0],
      [20, 20],
    ]) {
      const levels = { invite, users_default: usersDefault };
      const room = await restrictedRoom(alice, [membershipIn(club)], { invite: [bob.userId], power_level_content_override: levels });
      await bob.join(room);
      await alice.leave(room);
      await carol.join(room);
      assert.equal((await bob.getState(room, 'm.room.member', carol.userId)).join_authorised_via_users_server, bob.userId);
    }
    const strict = await restrictedRoom(alice, [membershipIn(club)], {
      invite: [bob.userId],
      power_level_content_override: { invite: 20, users: { [bob.userId]: 10 } },
    });
    await bob.join(strict);
    await alice.leave(strict);
    await carol.refused(400, 'M_UNABLE_TO_GRANT_JOIN', 'POST', inRoom(strict, 'join'), { body: {} });
    assert.equal(await membershipOf(bob, strict, carol.userId), 'leave');
  });
});
