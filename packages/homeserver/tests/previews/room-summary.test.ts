import assert from 'node:assert/strict';

import { onEachDatabase } from '../rooms/place.ts';

const stable = (room: string): string => `/_matrix/client/v1/room_summary/${encodeURIComponent(room)}`;
const older = (room: string): readonly string[] => [
  `/_matrix/client/unstable/im.nheko.summary/summary/${encodeURIComponent(room)}`,
  `/_matrix/client/unstable/im.nheko.summary/rooms/${encodeURIComponent(room)}/summary`,
];
const everywhere = (room: string): readonly string[] => [stable(room), ...older(room)];
const rule = (join_rule: string, more: object = {}): Record<string, unknown> => ({
  initial_state: [{ type: 'm.room.join_rules', content: { join_rule, ...more } }],
});
const readable = { initial_state: [{ type: 'm.room.history_visibility', content: { history_visibility: 'world_readable' } }] };

onEachDatabase('the summary of a room', (it) => {
  it('says what the room shows of itself, by id and by alias, and what the asker is in it', async ({ alice, bob, hearth }) => {
    const room = await alice.createRoom({
      preset: 'public_chat',
      room_alias_name: 'cheese',
      name: 'Cheese',
      topic: 'Tasty',
      initial_state: [
        { type: 'm.room.avatar', content: { url: 'mxc://hearth.test/brie' } },
        { type: 'm.room.encryption', content: { algorithm: 'm.megolm.v1.aes-sha2' } },
        { type: 'm.room.guest_access', content: { guest_access: 'can_join' } },
      ],
    });
    const face = {
      room_id: room,
      room_version: '12',
      name: 'Cheese',
      topic: 'Tasty',
      avatar_url: 'mxc://hearth.test/brie',
      canonical_alias: '#cheese:hearth.test',
      join_rule: 'public',
      encryption: 'm.megolm.v1.aes-sha2',
      guest_can_join: true,
      world_readable: false,
      num_joined_members: 1,
    };
    assert.deepEqual(await alice.ok('GET', stable(room)), { ...face, membership: 'join' });
    assert.deepEqual(await bob.ok('GET', stable('#cheese:hearth.test'), { query: { via: ['elsewhere.test'] } }), {
      ...face,
      membership: 'leave',
    });
    assert.deepEqual(await hearth.client.ok('GET', stable(room)), face);
    for (const path of older(room)) {
      assert.deepEqual(await bob.ok('GET', path), {
        ...face,
        membership: 'leave',
        'im.nheko.summary.version': '12',
        'im.nheko.summary.room_version': '12',
        'im.nheko.summary.encryption': 'm.megolm.v1.aes-sha2',
      });
    }
  });

  it('is for members, the invited, those who could come in or knock, and readers; the others hear of no room', async (place) => {
    const { alice, bob, carol, hearth } = place;
    const club = await alice.createRoom({ preset: 'public_chat' });
    await bob.join(club);
    const allow = [{ type: 'm.room_membership', room_id: club }];
    const nobody = hearth.client;
    const all = [alice, bob, carol, nobody] as const;
    const [banned, nowhere, free] = [await alice.createRoom({ preset: 'public_chat' }), '!nowhere:hearth.test', '#free:hearth.test'];
    await alice.ban(banned, bob.userId);
    const said = new Set<string>();
    for (const [room, allowed] of [
      [await alice.createRoom({ room_alias_name: 'hidden' }), [alice]],
      ['#hidden:hearth.test', [alice]],
      [await alice.createRoom({ invite: [bob.userId] }), [alice, bob]],
      [await alice.createRoom(rule('restricted', { allow })), [alice, bob]],
      [await alice.createRoom({ ...rule('restricted', { allow }), room_version: '7' }), [alice]],
      [await alice.createRoom(rule('knock')), all],
      [await alice.createRoom(rule('knock_restricted', { allow })), all],
      [await alice.createRoom(readable), all],
      [banned, [alice, carol, nobody]],
      [nowhere, []],
      [free, []],
    ] as const) {
      for (const client of all) {
        for (const path of everywhere(room)) {
          if (allowed.some((one) => one === client)) await client.ok('GET', path);
          else said.add(JSON.stringify(await client.refused(404, 'M_NOT_FOUND', 'GET', path)));
        }
      }
    }
    assert.equal(said.size, 1);
    await bob.refused(400, 'M_INVALID_PARAM', 'GET', stable('cheese'));
  });

  it('names the rooms whose members a restricted room admits, and nothing of what is no text', async ({ alice }) => {
    const club = await alice.createRoom();
    const odd = [null, 7, club, { type: 'm.room_membership' }, { type: 'm.room_membership', room_id: 7 }, { type: 'other', room_id: club }];
    const allow = [...odd, { type: 'm.room_membership', room_id: club }];
    assert.deepEqual((await alice.ok('GET', stable(await alice.createRoom(rule('restricted', { allow }))))).allowed_room_ids, [club]);
    assert.equal((await alice.ok('GET', stable(await alice.createRoom(rule('invite', { allow }))))).allowed_room_ids, undefined);
    const types = ['name', 'avatar', 'topic', 'encryption'];
    for (const value of [7, null, [], {}, '']) {
      const content = { name: value, url: value, topic: value, algorithm: value };
      const room = await alice.createRoom({ initial_state: types.map((type) => ({ type: `m.room.${type}`, content })) });
      const summary = await alice.ok('GET', stable(room));
      for (const key of ['name', 'avatar_url', 'topic', 'encryption', 'room_type']) assert.equal(summary[key], undefined);
    }
  });
});
