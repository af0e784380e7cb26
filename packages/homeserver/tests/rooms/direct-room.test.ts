import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { crowd, inRoom, membershipOf, onEachDatabase, type Place } from './place.ts';
import { clientPath, type Session, startTwoNodes, type TwoNodes } from '@hearth/testkit';

const pathOf = (userId: string): string => `/_matrix/client/unstable/hearth/direct/${encodeURIComponent(userId)}`;

async function direct(client: Session, { userId }: Session): Promise<string> {
  return (await client.ok('POST', pathOf(userId), { body: {} })).room_id;
}

const dataPath = ({ userId }: Session, type: string): string => clientPath`/user/${userId}/account_data/${type}`;

async function directsOf(client: Session): Promise<Record<string, unknown>> {
  const { status, body } = await client.request('GET', dataPath(client, 'm.direct'));
  return status === 404 ? {} : body;
}

async function setData(client: Session, type: string, body: Record<string, unknown>): Promise<void> {
  await client.ok('PUT', dataPath(client, type), { body });
}

/** A room that somebody's client made by itself, as clients do. */
async function ownRoom(client: Session, partner: Session, more: Record<string, unknown> = {}): Promise<string> {
  const room = await client.createRoom({ preset: 'trusted_private_chat', is_direct: true, invite: [partner.userId], ...more });
  const known = await directsOf(client);
  await setData(client, 'm.direct', { ...known, [partner.userId]: [...((known[partner.userId] as string[] | undefined) ?? []), room] });
  return room;
}

let pairs = 0;
async function twoPeople(place: Place): Promise<[Session, Session]> {
  const [one, two] = await crowd(place, `pair${(pairs += 1)}-`, 2);
  return [one, two] as [Session, Session];
}

/** Of two rooms the one that stays, and the other. */
const byId = (...rooms: readonly string[]): string[] => rooms.toSorted();

onEachDatabase('one direct room of two people', (it) => {
  it('is made once, is direct and trusted, and both have it in m.direct', async (place) => {
    const [alice, bob] = await twoPeople(place);
    await setData(alice, 'm.direct', { '@else:hearth.test': ['!else:hearth.test'] });
    const { room_id: room, created } = await alice.ok('POST', pathOf(bob.userId), { body: {} });
    assert.equal(created, true);
    const invite = await alice.getState(room, 'm.room.member', bob.userId);
    assert.deepEqual([invite.membership, invite.is_direct], ['invite', true]);
    assert.deepEqual((await alice.getState(room, 'm.room.create')).additional_creators, [bob.userId]);
    assert.equal((await alice.getState(room, 'm.room.join_rules')).join_rule, 'invite');
    assert.deepEqual(await directsOf(alice), { '@else:hearth.test': ['!else:hearth.test'], [bob.userId]: [room] });
    assert.deepEqual(await directsOf(bob), { [alice.userId]: [room] });
    assert.deepEqual(await alice.ok('POST', pathOf(bob.userId), { body: {} }), { room_id: room, created: false });
    assert.equal(await membershipOf(alice, room, bob.userId), 'invite');
  });

  it('whoever is asked for it by the other comes in by asking for it too', async (place) => {
    const [alice, bob] = await twoPeople(place);
    const room = await direct(alice, bob);
    assert.equal(await direct(bob, alice), room);
    assert.equal(await membershipOf(alice, room, bob.userId), 'join');
  });

  it('calls of both at the same time give one room', async (place) => {
    for (let round = 0; round < 5; round += 1) {
      const [alice, bob] = await twoPeople(place);
      const rooms = await Promise.all([direct(alice, bob), direct(bob, alice), direct(alice, bob), direct(bob, alice)]);
      assert.equal(new Set(rooms).size, 1);
      assert.deepEqual([await directsOf(alice), await directsOf(bob)], [{ [bob.userId]: [rooms[0]] }, { [alice.userId]: [rooms[0]] }]);
      assert.deepEqual((await alice.ok('GET', clientPath`/joined_rooms`)).joined_rooms, [rooms[0]]);
    }
  });

  it('a room that a client made before is the room', async (place) => {
    const [alice, bob] = await twoPeople(place);
    const room = await ownRoom(alice, bob);
    assert.equal(await direct(alice, bob), room);
    assert.deepEqual(await directsOf(bob), { [alice.userId]: [room] });
    const [carol, dave] = await twoPeople(place);
    const theirs = await ownRoom(carol, dave);
    assert.equal(await direct(dave, carol), theirs);
    assert.deepEqual(await directsOf(dave), { [carol.userId]: [theirs] });
  });

  it('where both made one the lower id stays, the other gets a tombstone, and both lists follow', async (place) => {
    for (let round = 0; round < 4; round += 1) {
      const [alice, bob] = await twoPeople(place);
      const [stays = '', goes = ''] = byId(await ownRoom(alice, bob), await ownRoom(bob, alice));
      assert.equal(await direct(alice, bob), stays);
      assert.equal((await alice.getState(goes, 'm.room.tombstone')).replacement_room, stays);
      assert.deepEqual([await directsOf(alice), await directsOf(bob)], [{ [bob.userId]: [stays] }, { [alice.userId]: [stays] }]);
      assert.equal(await direct(bob, alice), stays);
      await alice.refused(404, 'M_NOT_FOUND', 'GET', inRoom(stays, 'state/m.room.tombstone'));
    }
  });

  it('a room that both are in stays before one to which somebody was only invited', async (place) => {
    for (let round = 0; round < 4; round += 1) {
      const [alice, bob] = await twoPeople(place);
      const settled = await direct(alice, bob);
      await bob.join(settled);
      await ownRoom(bob, alice);
      assert.equal(await direct(alice, bob), settled);
    }
  });

  it('a room is left open that the asking may not close', async (place) => {
    const [alice, bob] = await twoPeople(place);
    const room = await direct(alice, bob);
    await bob.join(room);
    const second = await ownRoom(bob, alice, { preset: 'private_chat' });
    assert.equal(await direct(alice, bob), room);
    assert.equal(await membershipOf(bob, second, alice.userId), 'invite');
    await bob.refused(404, 'M_NOT_FOUND', 'GET', inRoom(second, 'state/m.room.tombstone'));
    assert.deepEqual((await directsOf(bob))[alice.userId], [room, second]);
  });

  it('nobody gives up a room by what the other lists, nor is a room with others in it the room of the two', async (place) => {
    const [alice, bob] = await twoPeople(place);
    const work = await alice.createRoom({ preset: 'private_chat', invite: [bob.userId] });
    await bob.join(work);
    const group = await alice.createRoom({ preset: 'private_chat', invite: [bob.userId, place.carol.userId] });
    await setData(bob, 'm.direct', { [alice.userId]: [work, '!none:hearth.test', 7] });
    await setData(alice, 'm.direct', { [bob.userId]: [group] });
    const room = await direct(alice, bob);
    assert.ok(room !== work && room !== group);
    for (const other of [work, group]) await alice.refused(404, 'M_NOT_FOUND', 'GET', inRoom(other, 'state/m.room.tombstone'));
  });

  it('what clients have stored in m.direct may be anything', async (place) => {
    for (const odd of [{ list: 7 }, { list: [[], null, 'x'.repeat(300), '!\u{1F600}'] }, { list: {} }]) {
      const [alice, bob] = await twoPeople(place);
      await setData(alice, 'm.direct', { [bob.userId]: odd.list });
      const room = await direct(alice, bob);
      assert.ok(((await directsOf(alice))[bob.userId] as string[]).includes(room));
    }
  });

  it('who left is invited again; who left themselves gets a new room', async (place) => {
    const [alice, bob] = await twoPeople(place);
    const room = await direct(alice, bob);
    await bob.join(room);
    await bob.leave(room);
    assert.equal(await direct(alice, bob), room);
    assert.equal(await membershipOf(alice, room, bob.userId), 'invite');
    await alice.leave(room);
    const next = await direct(alice, bob);
    assert.notEqual(next, room);
    assert.equal(await direct(bob, alice), next);
  });

  it('who takes no invitations by the asking is not asked, and nothing is made', async (place) => {
    const [alice, bob] = await twoPeople(place);
    await setData(bob, 'm.invite_permission_config', { default_action: 'block' });
    await alice.refused(403, 'M_INVITE_BLOCKED', 'POST', pathOf(bob.userId), { body: {} });
    assert.deepEqual([await directsOf(alice), await directsOf(bob)], [{}, {}]);
    assert.deepEqual((await alice.ok('GET', clientPath`/joined_rooms`)).joined_rooms, []);
  });

  it('who ignores the asking notices nothing, and who is ignored is not talked to', async (place) => {
    const [alice, bob] = await twoPeople(place);
    await setData(bob, 'm.ignored_user_list', { ignored_users: { [alice.userId]: {} } });
    const { next_batch: since } = await bob.sync();
    const room = await direct(alice, bob);
    assert.deepEqual(await directsOf(bob), {});
    const news = await bob.sync({ since });
    assert.deepEqual([news.rooms?.invite ?? {}, news.account_data?.events ?? []], [{}, []]);
    assert.deepEqual(await directsOf(alice), { [bob.userId]: [room] });
    await bob.refused(403, 'M_FORBIDDEN', 'POST', pathOf(alice.userId), { body: {} });
  });

  it('there is none with oneself, with nobody, with other servers or without an account', async ({ alice, hearth }) => {
    await alice.refused(400, 'M_INVALID_PARAM', 'POST', pathOf(alice.userId), { body: {} });
    await alice.refused(400, 'M_INVALID_PARAM', 'POST', pathOf('alice'), { body: {} });
    await alice.refused(404, 'M_NOT_FOUND', 'POST', pathOf('@nobody:hearth.test'), { body: {} });
    await alice.refused(400, 'M_UNKNOWN', 'POST', pathOf('@bob:other.test'), { body: {} });
    const { status, body } = await hearth.client.request('POST', pathOf(alice.userId), { body: {} });
    assert.equal(`${status} ${body.errcode}`, '401 M_MISSING_TOKEN');
  });
});

let nodes: TwoNodes | undefined;
before(async () => {
  nodes = await startTwoNodes();
});
after(() => nodes?.stop());

test('calls over two nodes at the same time give one room', async (t) => {
  if (!nodes) return t.skip('there is no PostgreSQL');
  const { one, two, on } = nodes;
  for (let round = 0; round < 5; round += 1) {
    const alice = await one.client.register(`alice${round}`, 'password of alice');
    const bob = on(two, await one.client.register(`bob${round}`, 'password of bob'));
    const rooms = await Promise.all([direct(alice, bob), direct(bob, alice), direct(on(two, alice), bob)]);
    assert.equal(new Set(rooms).size, 1);
    assert.deepEqual((await alice.ok('GET', clientPath`/joined_rooms`)).joined_rooms, [rooms[0]]);
  }
});
