import assert from 'node:assert/strict';

import { eventsOf, onEachDatabase } from './place.ts';
import { clientPath } from '@hearth/testkit';

onEachDatabase('room versions', (it) => {
  it('each version that the capabilities name can be made, joined and talked in, and has the ids of its kind', async ({ alice, bob }) => {
    const { available, default: usual } = (await alice.ok('GET', clientPath`/capabilities`)).capabilities['m.room_versions'];
    assert.deepEqual(
      Object.keys(available).toSorted((a, b) => Number(a) - Number(b)),
      '1 2 3 4 5 6 7 8 9 10 11 12'.split(' '),
    );
    for (const version of Object.keys(available)) {
      const room = await alice.createRoom({ room_version: version, preset: 'public_chat', name: `Version ${version}` });
      assert.match(room, Number(version) < 12 ? /^![^:]+:hearth\.test$/ : /^![A-Za-z0-9_-]{43}$/, version);
      await bob.join(room);
      const message = await bob.sendText(room, 'hello');
      assert.match(message, Number(version) < 3 ? /^\$[^:]+:hearth\.test$/ : /^\$[A-Za-z0-9+/_-]{43}$/, version);
      assert.equal((await alice.event(room, message)).content.body, 'hello');
      const [create] = await eventsOf(alice, room);
      assert.equal(create?.content['room_version'], version);
      assert.equal(create?.content['creator'], Number(version) < 11 ? alice.userId : undefined, version);
    }
    const newest = await alice.createRoom();
    assert.equal((await alice.getState(newest, 'm.room.create')).room_version, usual);
  });

  it('a version that the server does not know is refused with its own code', async ({ alice }) => {
    for (const version of ['13', '0', '', '01', 'org.example.version', '__proto__', 'constructor', '1\0']) {
      await alice.refused(400, 'M_UNSUPPORTED_ROOM_VERSION', 'POST', clientPath`/createRoom`, { body: { room_version: version } });
    }
  });

  it('version 12: creators are above all power levels, those whom the creator adds as well', async ({ alice, bob, carol }) => {
    const room = await alice.createRoom({
      creation_content: { additional_creators: [bob.userId, alice.userId, bob.userId] },
      invite: [bob.userId, carol.userId],
    });
    assert.deepEqual((await alice.getState(room, 'm.room.create')).additional_creators, [bob.userId]);
    await bob.join(room);
    await carol.join(room);
    await bob.setState(room, 'm.room.power_levels', '', { users: { [carol.userId]: 100 } });
    await carol.refused(403, 'M_FORBIDDEN', 'POST', `${clientPath`/rooms/${room}`}/kick`, { body: { user_id: bob.userId } });
    await bob.kick(room, carol.userId);
  });

  it('version 12: additional_creators is a list of user ids', async ({ alice }) => {
    for (const creators of [null, 'text', {}, 7, [null], [7], ['bob'], ['@bob'], ['#bob:hearth.test'], [['@bob:hearth.test']]]) {
      const body = { creation_content: { additional_creators: creators } };
      await alice.refused(400, 'M_INVALID_PARAM', 'POST', clientPath`/createRoom`, { body });
    }
    // In older versions the key means nothing.
    const room = await alice.createRoom({ room_version: '11', creation_content: { additional_creators: 'text' } });
    assert.equal((await alice.getState(room, 'm.room.create')).additional_creators, 'text');
  });

  it('version 12: nobody who is a creator may be named among the power levels', async ({ alice, bob }) => {
    const inLevels = (user: string, more: object = {}): object => ({ power_level_content_override: { users: { [user]: 100 } }, ...more });
    for (const body of [
      inLevels(alice.userId),
      inLevels(bob.userId, { creation_content: { additional_creators: [bob.userId] } }),
      inLevels(bob.userId, { preset: 'trusted_private_chat', invite: [bob.userId] }),
    ]) {
      await alice.refused(400, 'M_INVALID_PARAM', 'POST', clientPath`/createRoom`, { body });
    }
  });
});
