import assert from 'node:assert/strict';

import { onEachDatabase } from './place.ts';
import { clientPath, type Session } from '@hearth/testkit';

const levelsOf = (client: Session, room: string): Promise<Record<string, unknown>> => client.getState(room, 'm.room.power_levels');

onEachDatabase('the first power levels', (it) => {
  it('the creator has 100, state needs 50, and what could lock others out needs 100', async ({ alice }) => {
    const levels = await levelsOf(alice, await alice.createRoom({ room_version: '11' }));
    assert.deepEqual(levels, {
      ban: 50,
      events: {
        'm.room.avatar': 50,
        'm.room.canonical_alias': 50,
        'm.room.encryption': 100,
        'm.room.history_visibility': 100,
        'm.room.name': 50,
        'm.room.power_levels': 100,
        'm.room.server_acl': 100,
        'm.room.tombstone': 100,
      },
      events_default: 0,
      invite: 0,
      kick: 50,
      redact: 50,
      state_default: 50,
      users: { [alice.userId]: 100 },
      users_default: 0,
    });
  });

  it('version 12: the creator is in no list, and a tombstone needs more than other state', async ({ alice }) => {
    const levels = await levelsOf(alice, await alice.createRoom());
    assert.deepEqual(levels['users'], {});
    const { 'm.room.tombstone': tombstone } = levels['events'] as Record<string, number>;
    assert.ok((tombstone ?? 0) > Number(levels['state_default']));
  });

  it('an override replaces the keys that it names, as wholes, and no others', async ({ alice, bob }) => {
    const override = {
      events: { 'org.example.vote': 0 },
      users: { [alice.userId]: 90, [bob.userId]: 40 },
      invite: 30,
      notifications: { room: 20 },
      'org.example.more': 'text',
    };
    const levels = await levelsOf(alice, await alice.createRoom({ room_version: '11', power_level_content_override: override }));
    for (const [key, value] of Object.entries(override)) assert.deepEqual(levels[key], value, key);
    assert.deepEqual([levels['ban'], levels['state_default'], levels['users_default']], [50, 50, 0]);
  });

  it('levels with which the rest of the request cannot be done make an invalid room, and none is left behind', async ({ alice, bob }) => {
    const { joined_rooms: before } = await alice.ok('GET', clientPath`/joined_rooms`);
    for (const body of [
      { room_version: '11', name: 'Named', power_level_content_override: { users: { [alice.userId]: 10 } } },
      { room_version: '11', power_level_content_override: { users: {} } },
      { room_version: '11', invite: [bob.userId], power_level_content_override: { invite: 101 } },
    ]) {
      await alice.refused(400, 'M_INVALID_ROOM_STATE', 'POST', clientPath`/createRoom`, { body });
    }
    assert.deepEqual((await alice.ok('GET', clientPath`/joined_rooms`)).joined_rooms, before);
    assert.deepEqual((await bob.sync()).rooms?.invite ?? {}, {});
  });

  it('levels that are no levels are refused: by the room version where the form is wrong, at the door where no event could hold them', async ({
    alice,
  }) => {
    for (const value of ['fifty', null, {}, [], true]) {
      for (const override of [{ ban: value }, { users: { '@x:hearth.test': value } }, { events: { 'm.room.name': value } }]) {
        const body = { power_level_content_override: override };
        await alice.refused(400, 'M_INVALID_ROOM_STATE', 'POST', clientPath`/createRoom`, { body });
      }
    }
    for (const level of [0.5, 2 ** 53]) {
      await alice.refused(400, 'M_BAD_JSON', 'POST', clientPath`/createRoom`, { body: { power_level_content_override: { ban: level } } });
    }
  });
});
