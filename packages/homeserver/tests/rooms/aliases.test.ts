import assert from 'node:assert/strict';

import { onEachDatabase } from './place.ts';
import { clientPath, type Session } from '@hearth/testkit';

const directory = (alias: string): string => clientPath`/directory/room/${alias}`;
const listOf = async (client: Session, room: string): Promise<string[]> =>
  (await client.ok('GET', clientPath`/rooms/${room}/aliases`)).aliases;

onEachDatabase('aliases', (it) => {
  it('are given, followed by anybody, listed and taken away again', async ({ hearth, alice }) => {
    const room = await alice.createRoom({ room_alias_name: 'first' });
    assert.deepEqual(await alice.ok('PUT', directory('#second:hearth.test'), { body: { room_id: room } }), {});
    assert.deepEqual(await hearth.client.ok('GET', directory('#second:hearth.test')), { room_id: room, servers: ['hearth.test'] });
    assert.deepEqual(await listOf(alice, room), ['#first:hearth.test', '#second:hearth.test']);
    assert.deepEqual(await alice.ok('DELETE', directory('#second:hearth.test')), {});
    await hearth.client.refused(404, 'M_NOT_FOUND', 'GET', directory('#second:hearth.test'));
    await alice.refused(404, 'M_NOT_FOUND', 'DELETE', directory('#second:hearth.test'));
    assert.deepEqual(await listOf(alice, room), ['#first:hearth.test']);
    await alice.ok('DELETE', directory('#first:hearth.test'));
    assert.deepEqual(await listOf(alice, room), []);
  });

  it('one alias is of one room: taken is taken, also by the same room and its own creator, until it is free again', async ({
    alice,
    bob,
  }) => {
    const [one, two] = [await alice.createRoom(), await bob.createRoom()];
    const alias = directory('#name:hearth.test');
    await alice.ok('PUT', alias, { body: { room_id: one } });
    await bob.refused(409, 'M_UNKNOWN', 'PUT', alias, { body: { room_id: two } });
    await alice.refused(409, 'M_UNKNOWN', 'PUT', alias, { body: { room_id: one } });
    assert.equal((await alice.ok('GET', alias)).room_id, one);
    await alice.ok('DELETE', alias);
    await bob.ok('PUT', alias, { body: { room_id: two } });
    assert.equal((await alice.ok('GET', alias)).room_id, two);
  });

  it('may hold whatever is no colon, and differ by case', async ({ alice, bob }) => {
    const room = await alice.createRoom({ preset: 'public_chat' });
    const aliases = [
      'Letters',
      'letters',
      'with space',
      'sl/ash',
      '#hash',
      '100%',
      '?query&x=y',
      'ünïcödé 😀',
      '__proto__',
      "'; DROP TABLE aliases; --",
      '..',
      '%2F',
    ];
    for (const name of aliases) {
      const alias = `#${name}:hearth.test`;
      await alice.ok('PUT', directory(alias), { body: { room_id: room } });
      assert.equal((await bob.ok('GET', directory(alias))).room_id, room, alias);
    }
    assert.deepEqual((await listOf(alice, room)).toSorted(), aliases.map((name) => `#${name}:hearth.test`).toSorted());
  });

  it('what is no alias is refused wherever an alias is wanted', async ({ alice }) => {
    const room = await alice.createRoom();
    for (const alias of [
      'name',
      '#name',
      '#:hearth.test',
      '#',
      '@name:hearth.test',
      '#a:',
      '#a:b c',
      '#nul\0:hearth.test',
      `#${'x'.repeat(250)}:hearth.test`,
    ]) {
      for (const method of ['GET', 'PUT', 'DELETE']) {
        await alice.refused(400, 'M_INVALID_PARAM', method, directory(alias), method === 'PUT' ? { body: { room_id: room } } : {});
      }
    }
  });

  it('of other servers are theirs', async ({ alice }) => {
    const room = await alice.createRoom();
    for (const method of ['GET', 'PUT', 'DELETE']) {
      const options = method === 'PUT' ? { body: { room_id: room } } : {};
      await alice.refused(404, 'M_NOT_FOUND', method, directory('#name:elsewhere.test'), options);
    }
  });

  it('need a room that there is', async ({ alice }) => {
    const alias = directory('#nothing:hearth.test');
    await alice.refused(400, 'M_MISSING_PARAM', 'PUT', alias, { body: {} });
    for (const room of ['', 'room', '#nothing:hearth.test', '@alice:hearth.test']) {
      await alice.refused(400, 'M_INVALID_PARAM', 'PUT', alias, { body: { room_id: room } });
    }
    for (const room of ['!nowhere:hearth.test', `!${'A'.repeat(43)}`]) {
      await alice.refused(403, 'M_FORBIDDEN', 'PUT', alias, { body: { room_id: room } });
    }
    await alice.refused(404, 'M_NOT_FOUND', 'GET', alias);
  });

  it('are not looked up for what is no room id', async ({ alice }) => {
    for (const room of ['room', '!', '#name:hearth.test']) {
      await alice.refused(400, 'M_INVALID_PARAM', 'GET', clientPath`/rooms/${room}/aliases`);
    }
  });
});
