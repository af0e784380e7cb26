import assert from 'node:assert/strict';

import { membershipOf, onEachDatabase, type Place } from './place.ts';
import type { Session } from '@hearth/testkit';

const prefixes = ['/_matrix/client/v3', '/_matrix/client/r0', '/_matrix/client/v2_alpha', '/_matrix/client/api/v1'];
const v1 = '/_matrix/client/api/v1';

const inRoom = (prefix: string, room: string, verb: string): string => `${prefix}/rooms/${encodeURIComponent(room)}/${verb}`;

/** A life of a room under one prefix: every request of this slice once. */
async function story({ alice, bob, hearth }: Place, prefix: string, name: string): Promise<void> {
  const post = (client: Session, room: string, verb: string, body: object = {}): Promise<unknown> =>
    client.ok('POST', inRoom(prefix, room, verb), { body });
  const alias = `${prefix}/directory/room/${encodeURIComponent(`#${name}:hearth.test`)}`;
  const { room_id: room } = await alice.ok('POST', `${prefix}/createRoom`, { body: {} });
  const him = { user_id: bob.userId };
  assert.deepEqual(await post(alice, room, 'invite', him), {});
  assert.deepEqual(await post(bob, room, 'join'), { room_id: room });
  assert.ok((await bob.ok('GET', `${prefix}/joined_rooms`)).joined_rooms.includes(room));
  assert.deepEqual(await post(alice, room, 'kick', him), {});
  assert.deepEqual(await post(alice, room, 'ban', him), {});
  await bob.refused(403, 'M_FORBIDDEN', 'POST', inRoom(prefix, room, 'join'), { body: {} });
  assert.deepEqual(await post(alice, room, 'unban', him), {});
  assert.deepEqual(await alice.ok('PUT', alias, { body: { room_id: room } }), {});
  assert.deepEqual(await hearth.client.ok('GET', alias), { room_id: room, servers: ['hearth.test'] });
  assert.deepEqual(await alice.ok('GET', inRoom(prefix, room, 'aliases')), { aliases: [`#${name}:hearth.test`] });
  await post(alice, room, 'invite', him);
  const byAlias = `${prefix}/join/${encodeURIComponent(`#${name}:hearth.test`)}`;
  assert.deepEqual(await bob.ok('POST', byAlias, { body: {} }), { room_id: room });
  assert.deepEqual(await alice.ok('DELETE', alias), {});
  assert.deepEqual(await post(bob, room, 'leave'), {});
  assert.deepEqual(await post(bob, room, 'forget'), {});
  await bob.refused(404, 'M_NOT_FOUND', 'POST', byAlias, { body: {} });
}

onEachDatabase('prefixes of then and now', (it) => {
  for (const [index, prefix] of prefixes.entries()) {
    it(`the whole life of a room goes through ${prefix}`, (place) => story(place, prefix, `story${index}`));
  }

  it('on v1 a new room’s answer holds its alias, and nowhere else', async ({ alice }) => {
    for (const [index, prefix] of prefixes.entries()) {
      const answer = await alice.ok('POST', `${prefix}/createRoom`, { body: { room_alias_name: `told${index}` } });
      assert.deepEqual(Object.keys(answer), prefix === v1 ? ['room_id', 'room_alias'] : ['room_id']);
      if (prefix === v1) assert.equal(answer.room_alias, `#told${index}:hearth.test`);
      await alice.refused(400, 'M_ROOM_IN_USE', 'POST', `${prefix}/createRoom`, { body: { room_alias_name: `told${index}` } });
    }
    assert.deepEqual(Object.keys(await alice.ok('POST', `${v1}/createRoom`, { body: {} })), ['room_id']);
  });

  it('on v1 the path of a join may hold an alias, and its body what the pages of 2015 send, whatever they call it', async ({
    alice,
    bob,
  }) => {
    const room = await alice.createRoom({ preset: 'public_chat', room_alias_name: 'page' });
    const path = inRoom(v1, '#page:hearth.test', 'join');
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    const first = { body: Buffer.from('{"membership":"join"}'), headers, token: null, query: { access_token: bob.token } };
    assert.deepEqual(await bob.ok('POST', path, first), { room_id: room });
    assert.deepEqual(await bob.ok('POST', path), { room_id: room });
  });

  it('on v1 forgetting a room that one is in, or invited to, leaves it first; today it does not', async ({ alice, bob, carol }) => {
    const room = await alice.createRoom({ invite: [bob.userId, carol.userId] });
    await bob.join(room);
    for (const client of [bob, carol]) {
      await client.refused(400, 'M_UNKNOWN', 'POST', inRoom('/_matrix/client/v3', room, 'forget'), { body: {} });
      assert.deepEqual(await client.ok('POST', inRoom(v1, room, 'forget'), { body: {} }), {});
      assert.equal(await membershipOf(alice, room, client.userId), 'leave');
      await client.refused(403, 'M_FORBIDDEN', 'POST', inRoom(v1, room, 'join'), { body: {} });
    }
  });

  it('on v1 a taken alias is 409 M_UNKNOWN, a free one 404', async ({ alice, bob }) => {
    const room = await alice.createRoom({ room_alias_name: 'mine' });
    const alias = `${v1}/directory/room/${encodeURIComponent('#mine:hearth.test')}`;
    await bob.refused(409, 'M_UNKNOWN', 'PUT', alias, { body: { room_id: await bob.createRoom() } });
    assert.equal((await bob.ok('GET', alias)).room_id, room);
    await bob.refused(404, 'M_NOT_FOUND', 'GET', `${v1}/directory/room/${encodeURIComponent('#free:hearth.test')}`);
  });

  it('on v1 members are banned, kicked and let in again by writing their state, too', async ({ alice, bob }) => {
    const room = await alice.createRoom({ preset: 'public_chat' });
    const put = (membership: string): Promise<unknown> =>
      alice.ok('PUT', inRoom(v1, room, `state/m.room.member/${encodeURIComponent(bob.userId)}`), { body: { membership } });
    for (const membership of ['leave', 'ban', 'leave', 'invite']) {
      if (membership === 'leave' && (await membershipOf(alice, room, bob.userId)) === 'leave') await bob.join(room);
      await put(membership);
      assert.equal(await membershipOf(alice, room, bob.userId), membership);
    }
  });
});
