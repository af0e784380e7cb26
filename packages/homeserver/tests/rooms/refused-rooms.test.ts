import assert from 'node:assert/strict';

import { onEachDatabase } from './place.ts';
import { clientPath } from '@hearth/testkit';

const createRoom = clientPath`/createRoom`;

onEachDatabase('requests that make no room', (it) => {
  it('an alias that is taken, and one that cannot be', async ({ alice, bob }) => {
    await bob.createRoom({ room_alias_name: 'taken' });
    await alice.refused(400, 'M_ROOM_IN_USE', 'POST', createRoom, { body: { room_alias_name: 'taken' } });
    for (const name of ['', 'a:b', '#hash', 'with\0nul', 'x'.repeat(255), 'é'.repeat(125)]) {
      await alice.refused(400, 'M_INVALID_PARAM', 'POST', createRoom, { body: { room_alias_name: name } });
    }
  });

  it('invitations that cannot be delivered', async ({ alice, bob }) => {
    const third = { id_server: 'id.hearth.test', id_access_token: 'secret', medium: 'email', address: 'bob@hearth.test' };
    for (const [errcode, body] of [
      ['M_INVALID_PARAM', { invite: ['bob'] }],
      ['M_INVALID_PARAM', { invite: [bob.userId, ''] }],
      ['M_INVALID_PARAM', { invite: [`@${'x'.repeat(255)}:hearth.test`] }],
      ['M_UNKNOWN', { invite: [bob.userId, '@zoe:elsewhere.test'] }],
      ['M_UNKNOWN', { invite_3pid: [third] }],
    ] as const) {
      await alice.refused(400, errcode, 'POST', createRoom, { body: { ...body, room_alias_name: 'nobody' } });
    }
    assert.deepEqual((await bob.sync()).rooms?.invite ?? {}, {});
    await alice.refused(404, 'M_NOT_FOUND', 'GET', clientPath`/directory/room/${'#nobody:hearth.test'}`);
  });

  it('more than 100 invitations at once', async ({ alice, bob }) => {
    const people = Array.from({ length: 101 }, (_, index) => `@guest${index}:hearth.test`);
    await alice.refused(400, 'M_BAD_JSON', 'POST', createRoom, { body: { invite: people } });
    const room = await alice.createRoom({ invite: [...people.slice(2), bob.userId] });
    assert.equal((await bob.join(room)).length, room.length);
  });

  it('words that the request does not know', async ({ alice }) => {
    for (const body of [{ preset: 'secret_chat' }, { visibility: 'hidden' }, { preset: '' }, { visibility: null }]) {
      await alice.refused(400, 'M_BAD_JSON', 'POST', createRoom, { body });
    }
  });

  it('what is no JSON object, and texts that no event can hold', async ({ alice }) => {
    for (const [errcode, text] of [
      ['M_NOT_JSON', '{'],
      ['M_NOT_JSON', 'name=room'],
      ['M_BAD_JSON', '[]'],
      ['M_BAD_JSON', 'null'],
      ['M_BAD_JSON', '{"name":"a","name":"b"}'],
      ['M_BAD_JSON', '{"name":"\\ud800"}'],
      ['M_BAD_JSON', '{"creation_content":{"n":1e400}}'],
      ['M_BAD_JSON', '{"creation_content":{"n":0.1}}'],
    ] as const) {
      await alice.refused(400, errcode, 'POST', createRoom, { body: Buffer.from(text) });
    }
    await alice.refused(413, 'M_TOO_LARGE', 'POST', createRoom, { body: { name: 'x'.repeat(65_536) } });
    await alice.refused(413, 'M_TOO_LARGE', 'POST', createRoom, { body: { creation_content: { text: 'x'.repeat(65_536) } } });
    await alice.refused(413, 'M_TOO_LARGE', 'POST', createRoom, { body: { name: 'x'.repeat(1024 * 1024) } });
  });

  it('leave nothing behind', async ({ alice }) => {
    assert.deepEqual((await alice.ok('GET', clientPath`/joined_rooms`)).joined_rooms.length, 1);
    assert.equal(Object.keys((await alice.sync()).rooms.join).length, 1);
  });
});
