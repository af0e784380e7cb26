import assert from 'node:assert/strict';

import { bytesOf, onEachServer, under } from '../timeline/people.ts';
import { answersToWrongTypes } from '@hearth/testkit';

const tagsOf = (user: string, room: string, tag?: string): string =>
  `/_matrix/client/v3/user/${encodeURIComponent(user)}/rooms/${encodeURIComponent(room)}/tags${tag === undefined ? '' : `/${encodeURIComponent(tag)}`}`;

onEachServer('tags', (it) => {
  it('a room’s tags are put, read, changed and removed, one without touching the others', async ({ alice, room }) => {
    const path = (tag?: string): string => tagsOf(alice.userId, room, tag);
    assert.deepEqual(await alice.ok('GET', path()), { tags: {} });
    assert.deepEqual(await alice.ok('PUT', path('m.favourite'), { body: { order: 0.25 } }), {});
    await alice.ok('PUT', path('u.Work / ünd 😀'), { body: { 'org.example.colour': 'red' } });
    await alice.ok('PUT', path('m.favourite'), { body: { order: 0.5 } });
    assert.deepEqual(await alice.ok('GET', path()), {
      tags: { 'm.favourite': { order: 0.5 }, 'u.Work / ünd 😀': { 'org.example.colour': 'red' } },
    });
    assert.deepEqual(await alice.ok('DELETE', path('m.favourite')), {});
    assert.deepEqual(await alice.ok('DELETE', path('m.favourite')), {});
    assert.deepEqual(Object.keys((await alice.ok('GET', path())).tags), ['u.Work / ünd 😀']);
  });

  it('tags are the room’s account data m.tag, and other devices are told in the next sync', async ({ hearth, alice, room }) => {
    const phone = await hearth.client.login('alice', 'password of everybody');
    const { next_batch: since } = await phone.sync();
    await alice.ok('PUT', tagsOf(alice.userId, room, 'm.lowpriority'), { body: {} });
    const body = await phone.sync({ since });
    const content = { tags: { 'm.lowpriority': {} } };
    assert.deepEqual(body.rooms.join[room].account_data.events, [{ type: 'm.tag', content }]);
    const data = tagsOf(alice.userId, room).replace('/tags', '/account_data/m.tag');
    assert.deepEqual(await alice.ok('GET', data), content);
    await alice.ok('PUT', data, { body: { tags: 5, 'org.example.kept': 1 } });
    assert.deepEqual(await alice.ok('GET', tagsOf(alice.userId, room)), { tags: {} });
    await alice.ok('PUT', tagsOf(alice.userId, room, 'u.new'), { body: {} });
    assert.deepEqual(await alice.ok('GET', data), { tags: { 'u.new': {} }, 'org.example.kept': 1 });
    const { next_batch: later } = await phone.sync({ since: body.next_batch });
    await alice.ok('DELETE', tagsOf(alice.userId, room, 'u.other'));
    assert.deepEqual((await phone.sync({ since: later })).rooms, undefined);
  });

  it('two devices that tag at the same time both succeed', async ({ alice, room }) => {
    const names = Array.from({ length: 8 }, (_, index) => `u.${index}`);
    await Promise.all(names.map((name) => alice.ok('PUT', tagsOf(alice.userId, room, name), { body: {} })));
    assert.deepEqual(Object.keys((await alice.ok('GET', tagsOf(alice.userId, room))).tags).toSorted(), names);
    await Promise.all(names.map((name) => alice.ok('DELETE', tagsOf(alice.userId, room, name))));
    assert.deepEqual(await alice.ok('GET', tagsOf(alice.userId, room)), { tags: {} });
  });

  it('clients of 2015 write orders as texts and read numbers', async ({ alice, room }) => {
    const path = under('/_matrix/client/v2_alpha', tagsOf(alice.userId, room, 'm.favourite'));
    await alice.ok('PUT', path, { body: { order: '0.5' } });
    assert.deepEqual(await alice.ok('GET', path.replace(/\/[^/]*$/, '')), { tags: { 'm.favourite': { order: 0.5 } } });
    await alice.ok('DELETE', path);
    await alice.refused(400, 'M_BAD_JSON', 'PUT', path, { body: { order: 'first' } });
  });

  it('tags belong to one person, are bounded, and need an object and a room', async ({ alice, bob, room }) => {
    const path = tagsOf(alice.userId, room, 'm.favourite');
    for (const [method, where] of [
      ['PUT', path],
      ['DELETE', path],
      ['GET', tagsOf(alice.userId, room)],
    ] as const) {
      await bob.refused(403, 'M_FORBIDDEN', method, where, method === 'PUT' ? { body: {} } : {});
    }
    await alice.refused(400, 'M_INVALID_PARAM', 'PUT', tagsOf(alice.userId, room, bytesOf(256)), { body: {} });
    await alice.ok('PUT', tagsOf(alice.userId, room, bytesOf(255)), { body: {} });
    await alice.ok('PUT', tagsOf(alice.userId, room, '__proto__'), { body: { order: 1 } });
    assert.equal(Object.keys((await alice.ok('GET', tagsOf(alice.userId, room))).tags).length, 2);
    await alice.refused(404, 'M_NOT_FOUND', 'PUT', tagsOf(alice.userId, '!nowhere:hearth.test', 'a'), { body: {} });
    await alice.refused(400, 'M_INVALID_PARAM', 'PUT', tagsOf(alice.userId, 'nowhere', 'a'), { body: {} });
    await alice.refused(413, 'M_TOO_LARGE', 'PUT', path, { body: { text: bytesOf(20_000) } });
    const wrong = await answersToWrongTypes(alice, 'PUT', path, { order: 0.5 });
    assert.deepEqual(
      wrong.filter(({ status }) => status !== 400),
      [],
    );
  });

  it('a room has a bounded number of tags', async ({ alice, room }) => {
    const tags = Object.fromEntries(Array.from({ length: 200 }, (_, index) => [`u.${index}`, {}]));
    await alice.ok('PUT', tagsOf(alice.userId, room).replace('/tags', '/account_data/m.tag'), { body: { tags } });
    await alice.refused(403, 'M_RESOURCE_LIMIT_EXCEEDED', 'PUT', tagsOf(alice.userId, room, 'u.more'), { body: {} });
    await alice.ok('PUT', tagsOf(alice.userId, room, 'u.1'), { body: { order: 1 } });
  });
});
