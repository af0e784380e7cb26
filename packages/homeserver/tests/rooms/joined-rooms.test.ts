import assert from 'node:assert/strict';

import { onEachDatabase } from './place.ts';
import { clientPath, type Session } from '@hearth/testkit';

const joined = async (client: Session): Promise<string[]> => (await client.ok('GET', clientPath`/joined_rooms`)).joined_rooms.toSorted();

onEachDatabase('joined_rooms', (it) => {
  it('names the rooms that one is in: not those that one is invited to, left, was taken out of or knocks at', async ({ alice, bob }) => {
    assert.deepEqual(await joined(bob), []);
    const make = (preset: string): Promise<string> => alice.createRoom({ preset, invite: preset === 'public_chat' ? [] : [bob.userId] });
    const [stays, leaves, kicked, banned] = [
      await make('public_chat'),
      await make('public_chat'),
      await make('public_chat'),
      await make('public_chat'),
    ];
    const [accepted, declined, open] = [await make('private_chat'), await make('private_chat'), await make('private_chat')];
    const knocked = await alice.createRoom({ initial_state: [{ type: 'm.room.join_rules', content: { join_rule: 'knock' } }] });
    for (const room of [stays, leaves, kicked, banned, accepted]) await bob.join(room);
    await bob.setState(knocked, 'm.room.member', bob.userId, { membership: 'knock' });
    assert.deepEqual(await joined(bob), [stays, leaves, kicked, banned, accepted].toSorted());
    await bob.leave(leaves);
    await bob.leave(declined);
    await alice.kick(kicked, bob.userId);
    await alice.ban(banned, bob.userId);
    assert.deepEqual(await joined(bob), [stays, accepted].toSorted());
    assert.deepEqual(await joined(alice), [stays, leaves, kicked, banned, accepted, declined, open, knocked].toSorted());
  });

  it('is at once what the newest answer has made of it', async ({ carol }) => {
    const room = await carol.createRoom();
    for (let round = 0; round < 5; round += 1) {
      const another = await carol.createRoom();
      assert.deepEqual(await joined(carol), [room, another].toSorted());
      await carol.leave(another);
      assert.deepEqual(await joined(carol), [room]);
    }
  });

  it('is for those who are logged in', async ({ hearth }) => {
    await hearth.client.refused(401, 'M_MISSING_TOKEN', 'GET', clientPath`/joined_rooms`);
  });
});
