import assert from 'node:assert/strict';

import { type Event, eventsOf, onEachDatabase } from './place.ts';
import { point } from '@hearth/storage';
import { clientPath } from '@hearth/testkit';

const publishedRow = point<{ room: number }>('test-published-room', 'SELECT room FROM published_rooms WHERE room = $1');

const types = (events: readonly Event[]): string[] => events.map(({ type }) => type);

onEachDatabase('createRoom', (it) => {
  it('an empty request makes a private room of the newest version with its creator in it, and no request repeats another', async ({
    alice,
  }) => {
    const room = await alice.createRoom();
    const events = await eventsOf(alice, room);
    assert.deepEqual(types(events), [
      'm.room.create',
      'm.room.member',
      'm.room.power_levels',
      'm.room.join_rules',
      'm.room.history_visibility',
      'm.room.guest_access',
    ]);
    assert.deepEqual(events[0]?.content, { room_version: '12' });
    assert.deepEqual([events[1]?.state_key, events[1]?.content['membership']], [alice.userId, 'join']);
    assert.deepEqual(events[3]?.content, { join_rule: 'invite' });
    assert.ok(events.every(({ sender, state_key: key }) => sender === alice.userId && key !== undefined));
    assert.notEqual(await alice.createRoom(), room);
  });

  it('all that a request may ask for comes in the order that the specification gives', async ({ alice, bob, carol }) => {
    const room = await alice.createRoom({
      visibility: 'public',
      room_alias_name: 'everything',
      name: 'Everything',
      topic: 'All at once',
      invite: [bob.userId, carol.userId],
      creation_content: { 'm.federate': false, type: 'm.space' },
      initial_state: [
        { type: 'org.example.one', state_key: 'a', content: { n: 1 } },
        { type: 'm.room.avatar', content: { url: 'mxc://hearth.test/room' } },
      ],
      preset: 'private_chat',
      is_direct: true,
      power_level_content_override: { invite: 20 },
      an_unknown_key: ['is', 'ignored'],
    });
    const events = await eventsOf(alice, room);
    assert.deepEqual(types(events), [
      'm.room.create',
      'm.room.member',
      'm.room.power_levels',
      'm.room.canonical_alias',
      'm.room.join_rules',
      'm.room.history_visibility',
      'm.room.guest_access',
      'org.example.one',
      'm.room.avatar',
      'm.room.name',
      'm.room.topic',
      'm.room.member',
      'm.room.member',
    ]);
    const content = (index: number): unknown => events[index]?.content;
    assert.deepEqual(content(0), { room_version: '12', 'm.federate': false, type: 'm.space' });
    assert.deepEqual(content(3), { alias: '#everything:hearth.test' });
    assert.deepEqual([events[7]?.state_key, content(7)], ['a', { n: 1 }]);
    assert.deepEqual([events[8]?.state_key, content(8)], ['', { url: 'mxc://hearth.test/room' }]);
    assert.deepEqual(content(9), { name: 'Everything' });
    assert.deepEqual(content(10), { topic: 'All at once', 'm.topic': { 'm.text': [{ body: 'All at once', mimetype: 'text/plain' }] } });
    assert.deepEqual([events[11]?.state_key, events[12]?.state_key], [bob.userId, carol.userId]);
    assert.deepEqual(content(11), { membership: 'invite', is_direct: true, displayname: 'bob' });
    assert.deepEqual(content(12), { membership: 'invite', is_direct: true, displayname: 'carol' });
  });

  it('the invited are invited once each, the creator not at all, and nobody is told of a direct chat that is none', async ({
    alice,
    bob,
  }) => {
    const room = await alice.createRoom({ invite: [bob.userId, alice.userId, bob.userId], is_direct: false });
    const invitations = (await eventsOf(alice, room)).filter(({ content }) => content['membership'] === 'invite');
    assert.deepEqual(
      invitations.map(({ state_key: key, content }) => [key, content]),
      [[bob.userId, { membership: 'invite', displayname: 'bob' }]],
    );
    assert.ok((await bob.sync()).rooms.invite[room]);
  });

  it('the alias of a new room leads to it at once', async ({ alice, bob }) => {
    const room = await alice.createRoom({ room_alias_name: 'new', preset: 'public_chat' });
    assert.equal(await bob.join('#new:hearth.test'), room);
  });

  it('creation_content cannot name another creator or version', async ({ alice, bob }) => {
    const creation = { creator: bob.userId, room_version: '1', predecessor: { room_id: '!old:hearth.test' } };
    const today = await alice.createRoom({ creation_content: creation });
    assert.deepEqual(await alice.getState(today, 'm.room.create'), { room_version: '12', predecessor: { room_id: '!old:hearth.test' } });
    const older = await alice.createRoom({ creation_content: creation, room_version: '10' });
    assert.deepEqual(await alice.getState(older, 'm.room.create'), {
      creator: alice.userId,
      room_version: '10',
      predecessor: { room_id: '!old:hearth.test' },
    });
  });

  it('only a room that is wanted in the list of public rooms is there', async ({ hearth, alice }) => {
    const [listed, quiet] = [await alice.createRoom({ visibility: 'public' }), await alice.createRoom({ preset: 'public_chat' })];
    const published = async (room: string): Promise<boolean> => {
      const number = (await hearth.server.spine.engine.room(room))?.number ?? 0;
      return (await hearth.server.database.reader.first(publishedRow, [number])) !== undefined;
    };
    assert.deepEqual([await published(listed), await published(quiet)], [true, false]);
  });

  it('without a token nobody makes a room', async ({ hearth }) => {
    await hearth.client.refused(401, 'M_MISSING_TOKEN', 'POST', clientPath`/createRoom`, { body: {} });
  });
});
