import assert from 'node:assert/strict';

import { eventsOf, onEachDatabase, type Place } from './place.ts';
import { clientPath, type Session } from '@hearth/testkit';

const v3 = '/_matrix/client/v3';
const nowhere = '!nowhere:hearth.test';

/** Everything of this slice that can be tried on a room by its id, by and upon whom it may be tried. */
function attempts({ alice, bob, carol }: Place): readonly (readonly [method: string, path: string, body: object])[] {
  const targets = [alice.userId, bob.userId, carol.userId, '@nobody:hearth.test'];
  return [
    ['POST', '/rooms/{roomId}/join', {}],
    ['POST', '/join/{roomId}', {}],
    ['POST', '/rooms/{roomId}/leave', {}],
    ['POST', '/rooms/{roomId}/forget', {}],
    ['GET', '/rooms/{roomId}/aliases', {}],
    ['PUT', `/directory/room/${encodeURIComponent('#stolen:hearth.test')}`, { room_id: '{roomId}' }],
    ...['invite', 'kick', 'ban', 'unban'].flatMap((verb) =>
      targets.map((user) => ['POST', `/rooms/{roomId}/${verb}`, { user_id: user }] as const),
    ),
  ];
}

async function answer(client: Session, room: string, [method, path, body]: readonly [string, string, object]): Promise<unknown> {
  const url = v3 + path.replace('{roomId}', encodeURIComponent(room));
  const sent = JSON.parse(JSON.stringify(body).replace('{roomId}', room)) as object;
  const { status, body: said } = await client.request(method, url, method === 'GET' ? {} : { body: sent });
  return { status, said };
}

onEachDatabase('a22: somebody else’s private room', (it) => {
  it('answers a stranger as a room that does not exist, whatever is tried on whom, and nothing happens in it', async (place) => {
    const { alice, bob, carol } = place;
    const room = await alice.createRoom({ invite: [carol.userId], name: 'Private' });
    const before = await eventsOf(alice, room);
    for (const attempt of attempts(place)) {
      const [here, there] = [await answer(bob, room, attempt), await answer(bob, nowhere, attempt)];
      assert.deepEqual(here, there, JSON.stringify(attempt));
      assert.ok([403, 404].includes((here as { status: number }).status), JSON.stringify(attempt));
    }
    assert.deepEqual(await eventsOf(alice, room), before);
    await bob.refused(404, 'M_NOT_FOUND', 'GET', clientPath`/directory/room/${'#stolen:hearth.test'}`);
  });

  it('lets nobody who was there before do anything to others', async (place) => {
    const { alice, bob, carol } = place;
    const room = await alice.createRoom({ invite: [bob.userId], room_version: '11' });
    await alice.setState(room, 'm.room.power_levels', '', { users: { [alice.userId]: 100, [bob.userId]: 90 } });
    await bob.join(room);
    await bob.leave(room);
    const before = await eventsOf(alice, room);
    for (const attempt of attempts(place)) {
      if (attempt[1].endsWith('/forget')) continue;
      const { status } = (await answer(bob, room, attempt)) as { status: number };
      assert.equal(status, 403, JSON.stringify(attempt));
    }
    assert.deepEqual(await eventsOf(alice, room), before);
    assert.deepEqual((await carol.sync()).rooms?.invite?.[room], undefined);
  });
});
