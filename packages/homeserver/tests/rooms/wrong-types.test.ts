import assert from 'node:assert/strict';

import { eventsOf, inRoom, onEachDatabase } from './place.ts';
import { answersToWrongTypes, clientPath, type WrongTypeAnswer } from '@hearth/testkit';

const notRefused = (answers: readonly WrongTypeAnswer[]): readonly WrongTypeAnswer[] => answers.filter(({ status }) => status !== 400);

onEachDatabase('wrong types', (it) => {
  it('in any field of createRoom make no room', async ({ alice, bob }) => {
    const base = {
      visibility: 'private',
      name: 'Room',
      topic: 'Topic',
      invite: [bob.userId],
      invite_3pid: [],
      room_version: '12',
      creation_content: {},
      initial_state: [{ type: 'org.example.state', state_key: '', content: {} }],
      preset: 'private_chat',
      is_direct: false,
      power_level_content_override: {},
    };
    assert.deepEqual(notRefused(await answersToWrongTypes(alice, 'POST', clientPath`/createRoom`, base)), []);
    assert.deepEqual(await alice.ok('GET', clientPath`/joined_rooms`), { joined_rooms: [] });
    assert.ok(await alice.createRoom(base));
  });

  for (const [verb, base] of [
    ['invite', { user_id: '@bob:hearth.test', reason: 'x' }],
    ['kick', { user_id: '@bob:hearth.test', reason: 'x' }],
    ['ban', { user_id: '@bob:hearth.test', reason: 'x' }],
    ['unban', { user_id: '@bob:hearth.test', reason: 'x' }],
    ['leave', { reason: 'x' }],
  ] as const) {
    it(`in any field of ${verb} change nothing`, async ({ alice }) => {
      const room = await alice.createRoom();
      const before = await eventsOf(alice, room);
      assert.deepEqual(notRefused(await answersToWrongTypes(alice, 'POST', inRoom(room, verb), base)), []);
      assert.deepEqual(await eventsOf(alice, room), before);
    });
  }

  it('in any field of an invitation by third-party id change nothing', async ({ alice }) => {
    const room = await alice.createRoom();
    const fields = { id_server: 'id.hearth.test', id_access_token: 'x', medium: 'email', address: 'bob@hearth.test' };
    for (const field of Object.keys(fields)) {
      for (const value of [null, true, 7, 1.5, ['text'], { key: 'text' }]) {
        await alice.refused(400, 'M_BAD_JSON', 'POST', inRoom(room, 'invite'), { body: { ...fields, [field]: value } });
      }
    }
  });

  it('in any field of both ways to join let nobody in', async ({ alice, bob }) => {
    const room = await alice.createRoom({ preset: 'public_chat', room_alias_name: 'wrong' });
    const before = await eventsOf(alice, room);
    for (const path of [inRoom(room, 'join'), clientPath`/join/${room}`, clientPath`/join/${'#wrong:hearth.test'}`]) {
      assert.deepEqual(notRefused(await answersToWrongTypes(bob, 'POST', path)), []);
    }
    assert.deepEqual(await eventsOf(alice, room), before);
  });

  it('in the body of an alias give none', async ({ alice }) => {
    const room = await alice.createRoom();
    const path = clientPath`/directory/room/${'#untyped:hearth.test'}`;
    assert.deepEqual(notRefused(await answersToWrongTypes(alice, 'PUT', path, { room_id: room })), []);
    await alice.refused(404, 'M_NOT_FOUND', 'GET', path);
  });

  it('are no matter where there is no body: forgetting and asking', async ({ alice }) => {
    const room = await alice.createRoom();
    for (const body of [null, [], 'text', 7, Buffer.from('{')]) {
      await alice.refused(400, 'M_UNKNOWN', 'POST', inRoom(room, 'forget'), { body });
    }
    await alice.leave(room);
    await alice.ok('POST', inRoom(room, 'forget'), { body: Buffer.from('no JSON') });
  });
});
