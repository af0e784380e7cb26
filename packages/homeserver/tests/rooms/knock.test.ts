import assert from 'node:assert/strict';

import { membershipOf, onEachDatabase } from './place.ts';
import { clientPath, type Session } from '@hearth/testkit';

const knock = (client: Session, room: string): Promise<string> =>
  client.setState(room, 'm.room.member', client.userId, { membership: 'knock', reason: 'please' });
const knockRefused = (client: Session, room: string): Promise<unknown> =>
  client.refused(403, 'M_FORBIDDEN', 'PUT', clientPath`/rooms/${room}/state/m.room.member/${client.userId}`, {
    body: { membership: 'knock' },
  });
const withRule = (rule: string, more: object = {}): Record<string, unknown> => ({
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
      await knock(bob, room);
      assert.deepEqual(await alice.getState(room, 'm.room.member', bob.userId), { membership: 'knock', reason: 'please' });
      await bob.refused(403, 'M_FORBIDDEN', 'POST', clientPath`/join/${room}`, { body: {} });
      await alice.invite(room, bob.userId);
      await bob.join(room);
    }
  });

  it('is not for rooms without that rule, members, the invited and the banned', async ({ alice, bob, carol }) => {
    for (const options of [{}, { preset: 'public_chat' }, withRule('knock', { room_version: '6' }), withRule('restricted')]) {
      const room = await alice.createRoom(options);
      await knockRefused(bob, room);
      assert.equal(await membershipOf(alice, room, bob.userId), 'leave');
    }
    const room = await alice.createRoom(withRule('knock', { invite: [carol.userId] }));
    await alice.ban(room, bob.userId);
    for (const client of [alice, bob, carol]) await knockRefused(client, room);
  });
});
