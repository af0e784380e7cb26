import assert from 'node:assert/strict';

import { inRoom, onEachDatabase, type Place } from './place.ts';
import { clientPath } from '@hearth/testkit';

/** What is done with a reason, one after the other in one room, and to whom. */
const steps: readonly (readonly [verb: string, by: 'alice' | 'bob', to: 'bob' | undefined])[] = [
  ['invite', 'alice', 'bob'],
  ['join', 'bob', undefined],
  ['leave', 'bob', undefined],
  ['ban', 'alice', 'bob'],
  ['unban', 'alice', 'bob'],
  ['invite', 'alice', 'bob'],
  ['kick', 'alice', 'bob'],
];

const reasonOfBob = async ({ alice, bob }: Place, room: string): Promise<unknown> =>
  (await alice.getState(room, 'm.room.member', bob.userId)).reason;

onEachDatabase('reasons', (it) => {
  it('stand in the member event of whatever is done with one, and do not stay with the next', async (place) => {
    const room = await place.alice.createRoom();
    for (const [verb, by, to] of steps) {
      const target = to === undefined ? {} : { user_id: place[to].userId };
      const reason = `${verb} “because” 😀`;
      await place[by].ok('POST', inRoom(room, verb), { body: { ...target, reason } });
      assert.equal(await reasonOfBob(place, room), reason);
    }
    await place.alice.invite(room, place.bob.userId);
    assert.equal(await reasonOfBob(place, room), undefined);
    await place.bob.ok('POST', clientPath`/join/${room}`, { body: { reason: '' } });
    assert.equal(await reasonOfBob(place, room), '');
  });

  it('that no event can hold are refused, and nothing is done', async (place) => {
    const { alice, bob } = place;
    const room = await alice.createRoom({ preset: 'public_chat' });
    await bob.refused(413, 'M_TOO_LARGE', 'POST', inRoom(room, 'join'), { body: { reason: 'x'.repeat(65_536) } });
    await bob.join(room, { reason: 'a\0b' });
    assert.equal(await reasonOfBob(place, room), 'a\0b');
    await bob.refused(413, 'M_TOO_LARGE', 'POST', inRoom(room, 'leave'), { body: { reason: 'x'.repeat(65_536) } });
    await bob.sendText(room, 'still here');
  });
});
