import assert from 'node:assert/strict';

import { forbidden, onEachDatabase, type Place } from './place.ts';

type Looks = { readonly joinRule: string; readonly guests: string };

const privately: Looks = { joinRule: 'invite', guests: 'can_join' };
const publicly: Looks = { joinRule: 'public', guests: 'forbidden' };

const cases: readonly (readonly [what: string, request: Record<string, string>, looks: Looks])[] = [
  ['private_chat', { preset: 'private_chat' }, privately],
  ['trusted_private_chat', { preset: 'trusted_private_chat' }, privately],
  ['public_chat', { preset: 'public_chat' }, publicly],
  ['a private room without preset', { visibility: 'private' }, privately],
  ['a public room without preset', { visibility: 'public' }, publicly],
  ['a listed room that wants to be private', { visibility: 'public', preset: 'private_chat' }, privately],
  ['an unlisted room that wants to be public', { visibility: 'private', preset: 'public_chat' }, publicly],
];

async function looksOf({ alice }: Place, room: string): Promise<Looks> {
  assert.deepEqual(await alice.getState(room, 'm.room.history_visibility'), { history_visibility: 'shared' });
  return {
    joinRule: (await alice.getState(room, 'm.room.join_rules')).join_rule,
    guests: (await alice.getState(room, 'm.room.guest_access')).guest_access,
  };
}

onEachDatabase('presets', (it) => {
  for (const [what, request, looks] of cases) {
    it(`${what}: who may come in`, async (place) => {
      const room = await place.alice.createRoom(request);
      assert.deepEqual(await looksOf(place, room), looks);
      if (looks.joinRule === 'public') await place.bob.join(room);
      else await forbidden(place.bob, room, 'join');
    });
  }

  it('what initial_state says of the same things is said instead of the preset, not after it', async (place) => {
    const room = await place.alice.createRoom({
      preset: 'public_chat',
      initial_state: [{ type: 'm.room.guest_access', content: { guest_access: 'can_join' } }],
    });
    assert.deepEqual(await looksOf(place, room), { joinRule: 'public', guests: 'can_join' });
    const { chunk } = await place.alice.messages(room, { dir: 'f', limit: 50 });
    assert.equal(chunk.filter(({ type }: { type: string }) => type === 'm.room.guest_access').length, 1);
  });

  it('a state event of another key takes nothing from the preset', async (place) => {
    const room = await place.alice.createRoom({
      initial_state: [{ type: 'm.room.join_rules', state_key: 'other', content: { join_rule: 'public' } }],
    });
    assert.deepEqual(await looksOf(place, room), privately);
  });

  it('in a trusted private chat the invited are equals of the creator: by power level, and since version 12 as creators', async ({
    alice,
    bob,
    carol,
  }) => {
    const request = { preset: 'trusted_private_chat', invite: [bob.userId] };
    const older = await alice.createRoom({ ...request, room_version: '11' });
    assert.deepEqual((await alice.getState(older, 'm.room.power_levels')).users, { [alice.userId]: 100, [bob.userId]: 100 });
    assert.equal((await alice.getState(older, 'm.room.create')).additional_creators, undefined);
    const today = await alice.createRoom({ ...request, creation_content: { additional_creators: [bob.userId, carol.userId] } });
    assert.deepEqual((await alice.getState(today, 'm.room.power_levels')).users, {});
    assert.deepEqual((await alice.getState(today, 'm.room.create')).additional_creators, [bob.userId, carol.userId]);
    for (const room of [older, today]) {
      await bob.join(room);
      await bob.setState(room, 'm.room.encryption', '', { algorithm: 'm.megolm.v1.aes-sha2' });
    }
  });

  it('in the other presets the invited are ordinary members', async ({ alice, bob }) => {
    for (const preset of ['private_chat', 'public_chat']) {
      const room = await alice.createRoom({ preset, invite: [bob.userId], room_version: '11' });
      assert.deepEqual((await alice.getState(room, 'm.room.power_levels')).users, { [alice.userId]: 100 });
    }
  });
});
