import assert from 'node:assert/strict';

import { aliasInsertion } from '../../src/rooms/store.ts';
import { onEachDatabase, password, type Place } from './place.ts';
import { clientPath, type Session } from '@hearth/testkit';

const directory = (alias: string): string => clientPath`/directory/room/${alias}`;

async function administrator({ hearth }: Place): Promise<Session> {
  await hearth.server.accounts.accounts.create({ userId: '@root:hearth.test', kind: 'user', password, admin: true });
  return hearth.client.login('root', password);
}

/** Whether somebody may take an alias away; it is given again afterwards. */
async function mayRemove(client: Session, owner: Session, room: string): Promise<boolean> {
  const path = directory('#grid:hearth.test');
  const { status, body } = await client.request('DELETE', path);
  if (status === 200) {
    await owner.ok('PUT', path, { body: { room_id: room } });
    return true;
  }
  assert.deepEqual([status, body.errcode], [403, 'M_FORBIDDEN']);
  assert.equal((await owner.ok('GET', path)).room_id, room);
  return false;
}

onEachDatabase('AC-10: rights over aliases', (it) => {
  it('who made an alias, who may set the canonical alias of its room, and administrators take it away; strangers and mere members do not', async (place) => {
    const { hearth, alice, bob, carol } = place;
    const owner = await hearth.client.register('owner', password);
    const root = await administrator(place);
    const room = await alice.createRoom({ preset: 'public_chat', room_version: '11', invite: [owner.userId] });
    await owner.join(room);
    await bob.join(room);
    await owner.ok('PUT', directory('#grid:hearth.test'), { body: { room_id: room } });
    const levels = (bobs: number): Promise<string> =>
      alice.setState(room, 'm.room.power_levels', '', {
        users: { [alice.userId]: 100, [bob.userId]: bobs },
        events: { 'm.room.canonical_alias': 60 },
      });
    await levels(59);
    assert.equal(await mayRemove(bob, owner, room), false, 'a member with too little power');
    await levels(60);
    assert.equal(await mayRemove(bob, owner, room), true, 'a member with the power');
    assert.equal(await mayRemove(alice, owner, room), true, 'the creator of the room');
    assert.equal(await mayRemove(carol, owner, room), false, 'a stranger');
    // Nobody moves it by giving it again, whoever may take it away.
    for (const client of [owner, alice, bob, carol, root]) {
      const other = await client.createRoom();
      await client.refused(409, 'M_UNKNOWN', 'PUT', directory('#grid:hearth.test'), { body: { room_id: other } });
      assert.equal((await client.ok('GET', directory('#grid:hearth.test'))).room_id, room);
    }
    assert.equal(await mayRemove(root, owner, room), true, 'an administrator');
    await bob.leave(room);
    assert.equal(await mayRemove(bob, owner, room), false, 'somebody whose power outlived their membership');
    await owner.leave(room);
    await owner.ok('DELETE', directory('#grid:hearth.test'));
  });

  it('members give aliases, others do not, and an alias cannot be moved to another room by giving it again', async ({
    alice,
    bob,
    carol,
  }) => {
    const room = await alice.createRoom({ invite: [bob.userId] });
    const path = directory('#given:hearth.test');
    const body = { room_id: room };
    const sentences = [];
    for (const client of [bob, carol]) sentences.push((await client.refused(403, 'M_FORBIDDEN', 'PUT', path, { body })).error);
    sentences.push((await carol.refused(403, 'M_FORBIDDEN', 'PUT', path, { body: { room_id: '!nowhere:hearth.test' } })).error);
    assert.equal(new Set(sentences).size, 1);
    await bob.join(room);
    await bob.ok('PUT', path, { body });
    const own = await carol.createRoom();
    await carol.refused(409, 'M_UNKNOWN', 'PUT', path, { body: { room_id: own } });
    assert.equal((await carol.ok('GET', path)).room_id, room);
  });

  it('RX-06: a room has 1,000 aliases and somebody 5,000 at most; each that goes makes room for another', async ({
    hearth,
    alice,
    bob,
  }) => {
    const { database, spine } = hearth.server;
    const number = async (room: string): Promise<number> => (await spine.engine.room(room))?.number ?? 0;
    const fill = async (room: string, count: number, creator: number, prefix: string): Promise<void> => {
      const at = await number(room);
      const statements = Array.from({ length: count }, (_, n) => aliasInsertion(`#${prefix}${n}:hearth.test`, at, creator, 1));
      await database.write({ claims: [], statements, stream: [] });
    };
    const room = await alice.createRoom({ invite: [bob.userId] });
    await bob.join(room);
    await fill(room, 999, 0, 'full');
    const give = (to: string, alias: string) => ({ path: directory(`#${alias}:hearth.test`), body: { room_id: to } });
    const [last, more] = [give(room, 'last'), give(room, 'more')];
    await alice.ok('PUT', last.path, last);
    for (const client of [alice, bob]) await client.refused(403, 'M_RESOURCE_LIMIT_EXCEEDED', 'PUT', more.path, more);
    await alice.ok('DELETE', last.path);
    await bob.ok('PUT', more.path, more);

    const dora = await hearth.client.register('dora', password);
    const own = await dora.createRoom();
    await fill(await dora.createRoom(), 4_999, (await spine.engine.findUser(dora.userId)) ?? 0, 'many');
    const [one, two] = [give(own, 'one'), give(own, 'two')];
    await dora.ok('PUT', one.path, one);
    await dora.refused(403, 'M_RESOURCE_LIMIT_EXCEEDED', 'PUT', two.path, two);
    await dora.ok('DELETE', one.path);
    await dora.ok('PUT', two.path, two);
  });

  it('the list of a room’s aliases is for its members, and for everybody where everybody may read', async ({ alice, bob, carol }) => {
    const room = await alice.createRoom({ invite: [carol.userId] });
    await alice.ok('PUT', directory('#listed:hearth.test'), { body: { room_id: room } });
    const path = clientPath`/rooms/${room}/aliases`;
    for (const client of [bob, carol]) await client.refused(403, 'M_FORBIDDEN', 'GET', path);
    const { error } = await bob.refused(403, 'M_FORBIDDEN', 'GET', path);
    assert.equal((await bob.refused(403, 'M_FORBIDDEN', 'GET', clientPath`/rooms/${'!nowhere:hearth.test'}/aliases`)).error, error);
    await alice.setState(room, 'm.room.history_visibility', '', { history_visibility: 'world_readable' });
    assert.deepEqual(await bob.ok('GET', path), { aliases: ['#listed:hearth.test'] });
    await alice.setState(room, 'm.room.history_visibility', '', { history_visibility: 'shared' });
    await bob.refused(403, 'M_FORBIDDEN', 'GET', path);
  });
});
