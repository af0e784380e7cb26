import assert from 'node:assert/strict';

import { eventsOf, onEachDatabase } from './place.ts';
import { clientPath } from '@hearth/testkit';

onEachDatabase('initial_state', (it) => {
  it('is sent in its order, a key twice as well, and the last one counts', async ({ alice }) => {
    const states = [3, 1, 2].map((n) => ({ type: 'org.example.count', state_key: n === 2 ? 'x' : '', content: { n } }));
    const room = await alice.createRoom({ initial_state: states });
    const sent = (await eventsOf(alice, room)).filter(({ type }) => type === 'org.example.count');
    assert.deepEqual(
      sent.map(({ state_key: key, content }) => [key, content['n']]),
      [
        ['', 3],
        ['', 1],
        ['x', 2],
      ],
    );
    assert.deepEqual(await alice.getState(room, 'org.example.count'), { n: 1 });
  });

  it('gives way to name and topic, also to empty ones, and keeps what stands under other keys', async ({ alice }) => {
    const states = ['m.room.name', 'm.room.topic'].flatMap((type) =>
      ['', 'aside'].map((key) => ({ type, state_key: key, content: { of: key } })),
    );
    const room = await alice.createRoom({ initial_state: states, name: '', topic: 'Topic' });
    const sent = (await eventsOf(alice, room)).filter(({ type }) => type === 'm.room.name' || type === 'm.room.topic');
    assert.deepEqual(
      sent.map(({ type, state_key: key }) => `${type} ${key}`),
      ['m.room.name aside', 'm.room.topic aside', 'm.room.name ', 'm.room.topic '],
    );
    assert.deepEqual(await alice.getState(room, 'm.room.name'), { name: '' });
    const unnamed = await alice.createRoom({ initial_state: states });
    assert.deepEqual(await alice.getState(unnamed, 'm.room.name'), { of: '' });
  });

  it('may say of the creator what a member says of themselves, and whom to invite or to keep out', async ({ alice, bob, carol }) => {
    const member = (user: string, content: object): object => ({ type: 'm.room.member', state_key: user, content });
    const room = await alice.createRoom({
      initial_state: [
        member(alice.userId, { membership: 'join', displayname: 'The host' }),
        member(bob.userId, { membership: 'invite' }),
        member(carol.userId, { membership: 'ban' }),
      ],
    });
    assert.equal((await alice.getState(room, 'm.room.member', alice.userId)).displayname, 'The host');
    await bob.join(room);
    await carol.refused(403, 'M_FORBIDDEN', 'POST', clientPath`/join/${room}`, { body: {} });
  });

  it('what the rules of a room do not allow makes no room, and what was asked for beside it does not happen either', async ({
    alice,
    bob,
  }) => {
    const { joined_rooms: before } = await alice.ok('GET', clientPath`/joined_rooms`);
    for (const state of [
      { type: 'm.room.create', content: {} },
      { type: 'm.room.create', state_key: 'second', content: {} },
      { type: 'm.room.member', state_key: bob.userId, content: { membership: 'join' } },
      { type: 'm.room.member', state_key: bob.userId, content: {} },
      { type: 'm.room.member', state_key: bob.userId, content: { membership: 'owner' } },
      { type: 'm.room.member', state_key: alice.userId, content: { membership: 'leave' } },
      { type: 'm.room.power_levels', content: { users: { [alice.userId]: 100 } } },
      { type: 'org.example.owned', state_key: bob.userId, content: {} },
    ]) {
      const body = { initial_state: [state], room_alias_name: 'unmade', name: 'Unmade', invite: [bob.userId] };
      await alice.refused(400, 'M_INVALID_ROOM_STATE', 'POST', clientPath`/createRoom`, { body });
    }
    assert.deepEqual((await alice.ok('GET', clientPath`/joined_rooms`)).joined_rooms, before);
    await bob.refused(404, 'M_NOT_FOUND', 'GET', clientPath`/directory/room/${'#unmade:hearth.test'}`);
    assert.deepEqual((await bob.sync()).rooms?.invite ?? {}, {});
  });

  it('cannot reach people whom an invitation could not reach', async ({ alice }) => {
    const invite = (user: string): object => ({
      initial_state: [{ type: 'm.room.member', state_key: user, content: { membership: 'invite' } }],
    });
    await alice.refused(400, 'M_UNKNOWN', 'POST', clientPath`/createRoom`, { body: invite('@zoe:elsewhere.test') });
    await alice.refused(400, 'M_INVALID_PARAM', 'POST', clientPath`/createRoom`, { body: invite('zoe') });
  });

  it('is bounded: 200 events, each of a size that a room can hold', async ({ alice }) => {
    const state = (key: string, content: object = {}): object => ({ type: 'org.example.item', state_key: key, content });
    const many = Array.from({ length: 201 }, (_, index) => state(String(index)));
    await alice.refused(400, 'M_BAD_JSON', 'POST', clientPath`/createRoom`, { body: { initial_state: many } });
    const room = await alice.createRoom({ initial_state: many.slice(1) });
    assert.equal((await alice.ok('GET', clientPath`/rooms/${room}/state`)).length, 206);
    for (const large of [
      state('', { text: 'x'.repeat(65_536) }),
      state('k'.repeat(256)),
      { type: `org.example.${'t'.repeat(256)}`, content: {} },
    ]) {
      await alice.refused(413, 'M_TOO_LARGE', 'POST', clientPath`/createRoom`, {
        body: { initial_state: [large], room_alias_name: 'large' },
      });
    }
    await alice.refused(404, 'M_NOT_FOUND', 'GET', clientPath`/directory/room/${'#large:hearth.test'}`);
  });
});
