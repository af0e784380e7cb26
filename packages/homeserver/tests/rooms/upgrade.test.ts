import assert from 'node:assert/strict';

import { eventsOf, inRoom, membershipOf, onEachDatabase } from './place.ts';
import { sleep, systemClock } from '@hearth/kit';
import { clientPath, type Session } from '@hearth/testkit';

const clock = systemClock();

const upgrade = async (client: Session, room: string, version: string, more: object = {}): Promise<string> =>
  (await client.ok('POST', inRoom(room, 'upgrade'), { body: { new_version: version, ...more } })).replacement_room;
const refused = (status: number, errcode: string, client: Session, room: string, body: object): Promise<unknown> =>
  client.refused(status, errcode, 'POST', inRoom(room, 'upgrade'), { body });
const state = async (client: Session, room: string): Promise<Map<string, Record<string, unknown>>> => {
  const events = await client.ok('GET', clientPath`/rooms/${room}/state`);
  return new Map(events.map(({ type, state_key: key, content }: Record<string, unknown>) => [`${String(type)}|${String(key)}`, content]));
};
const settings = (client: Session, type: string, content: object, room?: string): Promise<unknown> => {
  const place = room === undefined ? clientPath`/user/${client.userId}` : clientPath`/user/${client.userId}/rooms/${room}`;
  return client.ok('PUT', `${place}/account_data/${type}`, { body: content });
};

const carried = [
  { type: 'm.room.server_acl', content: { allow: ['*'], deny: ['evil.test'] } },
  { type: 'm.room.encryption', content: { algorithm: 'm.megolm.v1.aes-sha2' } },
  { type: 'm.room.avatar', content: { url: 'mxc://hearth.test/avatar' } },
  { type: 'm.room.name', content: { name: 'Old' } },
  { type: 'm.room.topic', content: { topic: 'Things' } },
  { type: 'm.room.guest_access', content: { guest_access: 'can_join' } },
  { type: 'm.room.history_visibility', content: { history_visibility: 'invited' } },
  { type: 'm.room.join_rules', content: { join_rule: 'public' } },
];
const versions = [
  ['6', '12'],
  ['10', '11'],
  ['12', '12'],
  ['12', '9'],
  ['1', '3'],
] as const;

onEachDatabase('upgrading a room', (it) => {
  for (const [from, to] of versions) {
    it(`from version ${from} to ${to} carries what the room is and who is banned, and leaves the old one with a tombstone`, async (place) => {
      const { alice, bob, carol } = place;
      const extra = [...carried, { type: 'org.example.theirs', content: { by: 'somebody' } }];
      const old = await alice.createRoom({ room_version: from, initial_state: extra, creation_content: { type: 'm.space' } });
      const child = await alice.createRoom();
      await alice.setState(old, 'm.space.child', child, { via: ['hearth.test'] });
      await bob.join(old);
      await alice.ban(old, carol.userId, 'spam');
      const before = await state(alice, old);
      const fresh = await upgrade(alice, old, to);
      const after = await state(alice, fresh);
      for (const { type, content } of carried) assert.deepEqual(after.get(`${type}|`), content);
      assert.deepEqual(after.get(`m.space.child|${child}`), { via: ['hearth.test'] });
      assert.deepEqual(after.get(`m.room.member|${carol.userId}`), { membership: 'ban', reason: 'spam' });
      assert.equal(after.get(`m.room.member|${bob.userId}`), undefined);
      assert.equal(after.get('org.example.theirs|'), undefined);
      const create = after.get('m.room.create|') ?? {};
      assert.deepEqual([create['room_version'], create['type']], [to, 'm.space']);
      const { room_id: predecessor, event_id: last } = create['predecessor'] as Record<string, unknown>;
      assert.equal(predecessor, old);
      assert.equal(typeof last, to === '12' ? 'undefined' : 'string');
      assert.equal((await alice.getState(old, 'm.room.tombstone')).replacement_room, fresh);
      const levels = await alice.getState(old, 'm.room.power_levels');
      assert.deepEqual([levels.events_default, levels.invite], [50, 50]);
      assert.equal(before.get('m.room.power_levels|')?.['events_default'], 0);
      assert.equal(after.get('m.room.power_levels|')?.['events_default'], 0);
      await bob.refused(403, 'M_FORBIDDEN', 'PUT', clientPath`/rooms/${old}/send/m.room.message/1`, {
        body: { msgtype: 'm.text', body: 'late' },
      });
      await carol.refused(403, 'M_FORBIDDEN', 'POST', clientPath`/join/${fresh}`, { body: {} });
      await bob.join(fresh);
      await bob.sendText(fresh, 'here');
      await alice.setState(fresh, 'm.room.name', '', { name: 'New' });
    });
  }

  it('gives creators their power by the rules of each version, and nobody power that they had not', async ({ alice, bob, carol }) => {
    for (const [from, to, users, additional, creators, left] of [
      ['11', '12', { [bob.userId]: 100 }, [], [], {}],
      ['11', '12', { [bob.userId]: 100, [carol.userId]: 40 }, [], [], { [carol.userId]: 40 }],
      ['12', '12', { [bob.userId]: 150, [carol.userId]: 50 }, [carol.userId], [carol.userId], {}],
      ['12', '12', { [bob.userId]: 150 }, [bob.userId, alice.userId, alice.userId], [alice.userId], {}],
      ['12', '11', { [bob.userId]: 150 }, [carol.userId], undefined, { [bob.userId]: 150, [alice.userId]: 100 }],
      ['10', '11', { [alice.userId]: 100, [bob.userId]: 100 }, [], undefined, { [alice.userId]: 100, [bob.userId]: 100 }],
    ] as const) {
      const old = await alice.createRoom({ room_version: from, preset: 'public_chat' });
      const present = await alice.getState(old, 'm.room.power_levels');
      await bob.join(old);
      await alice.setState(old, 'm.room.power_levels', '', {
        ...present,
        users: { ...(from === '12' ? {} : { [alice.userId]: 100 }), ...users },
      });
      const fresh = await upgrade(bob, old, to, { additional_creators: additional });
      const create = await bob.getState(fresh, 'm.room.create');
      assert.deepEqual(create.additional_creators ?? (creators === undefined ? undefined : []), creators, `${from} to ${to}`);
      const { users: now } = await bob.getState(fresh, 'm.room.power_levels');
      const expected = from === '11' && to === '12' ? { [alice.userId]: 100, ...left } : left;
      assert.deepEqual(now, expected, `${from} to ${to}`);
    }
  });

  it('keeps a level of invite or of events_default that is higher already, and works without the power to close the room', async ({
    alice,
    bob,
  }) => {
    const old = await alice.createRoom({
      room_version: '11',
      preset: 'public_chat',
      power_level_content_override: { users_default: 60, invite: 90, events_default: 10, events: { 'm.room.tombstone': 60 } },
    });
    await bob.join(old);
    const fresh = await upgrade(bob, old, '11');
    const levels = await alice.getState(old, 'm.room.power_levels');
    // Bob has not the power to change them, and they stay; Alice may upgrade once more and closes the room.
    assert.deepEqual([levels.invite, levels.events_default], [90, 10]);
    assert.equal((await alice.getState(old, 'm.room.tombstone')).replacement_room, fresh);
    const again = await upgrade(alice, old, '12');
    assert.equal((await alice.getState(old, 'm.room.tombstone')).replacement_room, again);
    const closed = await alice.getState(old, 'm.room.power_levels');
    assert.deepEqual([closed.invite, closed.events_default], [90, 61]);
  });

  it('moves aliases and the place in the list of public rooms in the commit of the tombstone', async ({ alice, bob }) => {
    const old = await alice.createRoom({ room_version: '11', visibility: 'public', room_alias_name: 'moving', name: 'Moving' });
    await alice.ok('PUT', clientPath`/directory/room/${'#other:hearth.test'}`, { body: { room_id: old } });
    await alice.setState(old, 'm.room.canonical_alias', '', { alias: '#moving:hearth.test', alt_aliases: ['#other:hearth.test'] });
    const fresh = await upgrade(alice, old, '12');
    for (const alias of ['#moving:hearth.test', '#other:hearth.test']) {
      assert.equal((await bob.ok('GET', clientPath`/directory/room/${alias}`)).room_id, fresh);
    }
    const shown = { alias: '#moving:hearth.test', alt_aliases: ['#other:hearth.test'] };
    assert.deepEqual(await alice.getState(fresh, 'm.room.canonical_alias'), shown);
    assert.deepEqual(await alice.getState(old, 'm.room.canonical_alias'), {});
    for (const [room, visibility] of [
      [old, 'private'],
      [fresh, 'public'],
    ] as const) {
      assert.deepEqual(await alice.ok('GET', clientPath`/directory/list/room/${room}`), { visibility });
    }
    await alice.ok('DELETE', clientPath`/directory/room/${'#moving:hearth.test'}`);
    await alice.ok('DELETE', clientPath`/directory/room/${'#other:hearth.test'}`);
  });

  it('tags, notifications and whose direct room it is follow each member as they come in, and what they set meanwhile stays', async (place) => {
    const { alice, bob, carol } = place;
    const old = await alice.createRoom({ room_version: '11', preset: 'public_chat' });
    for (const client of [bob, carol]) await client.join(old);
    for (const client of [alice, bob, carol]) {
      await settings(client, 'm.tag', { tags: { 'm.favourite': { order: 0.5 } } }, old);
      await settings(client, 'm.direct', { '@friend:hearth.test': [old], '@other:hearth.test': ['!else:hearth.test'] });
      await client.ok('PUT', clientPath`/pushrules/global/room/${old}`, { body: { actions: [] } });
      await client.ok('PUT', clientPath`/pushrules/global/override/${old}`, {
        body: { actions: [], conditions: [{ kind: 'event_match', key: 'room_id', pattern: old }] },
      });
      await client.ok('PUT', clientPath`/pushrules/global/override/${old}/enabled`, { body: { enabled: false } });
    }
    const { next_batch: since } = await bob.sync();
    const fresh = await upgrade(alice, old, '12');
    await settings(carol, 'm.tag', { tags: { 'u.mine': {} } }, fresh);
    for (const client of [bob, carol]) await client.join(fresh);
    for (const client of [alice, bob, carol]) {
      const ruleIds = async (kind: 'room' | 'override'): Promise<readonly Record<string, unknown>[]> =>
        (await client.ok('GET', clientPath`/pushrules/`)).global[kind].filter(({ rule_id: id }: { rule_id: string }) => id === fresh);
      for (let tries = 0; tries < 100 && (await ruleIds('override')).length === 0; tries += 1) await sleep(clock, 20);
      assert.deepEqual(await ruleIds('room'), [{ rule_id: fresh, default: false, enabled: true, actions: [] }]);
      const [override] = await ruleIds('override');
      assert.deepEqual(
        [override?.['enabled'], override?.['conditions']],
        [false, [{ kind: 'event_match', key: 'room_id', pattern: fresh }]],
      );
      const tags = await client.ok('GET', clientPath`/user/${client.userId}/rooms/${fresh}/account_data/m.tag`);
      assert.deepEqual(tags, { tags: client === carol ? { 'u.mine': {} } : { 'm.favourite': { order: 0.5 } } });
      const direct = await client.ok('GET', clientPath`/user/${client.userId}/account_data/m.direct`);
      assert.deepEqual(direct, { '@friend:hearth.test': [old, fresh], '@other:hearth.test': ['!else:hearth.test'] });
    }
    const told = (await bob.sync({ since })).account_data.events.map(({ type }: { type: string }) => type);
    assert.deepEqual(new Set(told), new Set(['m.push_rules', 'm.direct']));
  });

  it('is for those who may send the tombstone, to versions that there are; a refusal makes nothing', async ({ alice, bob, carol }) => {
    const old = await alice.createRoom({ room_version: '11', preset: 'public_chat' });
    await bob.join(old);
    const { next_batch: since } = await bob.sync();
    const before = await eventsOf(alice, old);
    await refused(400, 'M_UNSUPPORTED_ROOM_VERSION', alice, old, { new_version: '99' });
    await refused(400, 'M_MISSING_PARAM', alice, old, {});
    await refused(400, 'M_BAD_JSON', alice, old, { new_version: 12 });
    await refused(400, 'M_INVALID_PARAM', alice, old, { new_version: '12', additional_creators: ['bob'] });
    await refused(403, 'M_FORBIDDEN', bob, old, { new_version: '12' });
    assert.deepEqual(
      await refused(403, 'M_FORBIDDEN', carol, old, { new_version: '12' }),
      await refused(403, 'M_FORBIDDEN', carol, '!nowhere:hearth.test', { new_version: '12' }),
    );
    assert.deepEqual(await eventsOf(alice, old), before);
    assert.equal((await bob.sync({ since })).rooms, undefined);
    // A version without creators does not look at whom the request would make one.
    await upgrade(alice, old, '11', { additional_creators: ['bob'] });
  });

  it('two at the same time: one replaces the room, the other is refused and leaves what it had made', async ({ alice, bob }) => {
    const old = await alice.createRoom({
      room_version: '11',
      preset: 'public_chat',
      power_level_content_override: { users: { [alice.userId]: 100, [bob.userId]: 100 } },
    });
    await bob.join(old);
    const answers = await Promise.all(
      [alice, bob].map((client) => client.request('POST', inRoom(old, 'upgrade'), { body: { new_version: '12' } })),
    );
    const replacement = (await alice.getState(old, 'm.room.tombstone')).replacement_room;
    const made = answers.filter(({ status }) => status === 200).map(({ body }) => body.replacement_room);
    assert.deepEqual(made, [replacement]);
    assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([200, 403]));
    const loser = answers[0]?.status === 200 ? bob : alice;
    const { joined_rooms: rooms } = await loser.ok('GET', clientPath`/joined_rooms`);
    for (const room of rooms) {
      const create = await loser.getState(room, 'm.room.create');
      assert.notEqual(create.predecessor?.room_id, old);
    }
  });

  it('a server that stops half-way finishes it by a job', async ({ alice, hearth }) => {
    const { engine } = hearth.server.spine;
    const { database } = hearth.server;
    const old = await alice.createRoom({ room_version: '11', room_alias_name: 'halfway' });
    const fresh = await alice.createRoom({ room_version: '12', creation_content: { predecessor: { room_id: old } } });
    const number = await database.takeNumbers('job', 1);
    const payload = { oldRoom: old, newRoom: fresh, upgrader: alice.userId, tombstone: null, job: number };
    const { jobRowOf } = await import('../../src/jobs/enqueue.ts');
    await database.write({ claims: [], statements: [jobRowOf(number, 'rooms-finish-upgrade', payload, 0)], stream: [] });
    const room = await engine.room(old);
    assert.ok(room);
    let tombstone: Record<string, unknown> | undefined;
    for (let tries = 0; tries < 400 && tombstone === undefined; tries += 1) {
      await sleep(clock, 50);
      const answer = await alice.request('GET', clientPath`/rooms/${old}/state/m.room.tombstone/`);
      if (answer.status === 200) tombstone = answer.body;
    }
    assert.equal(tombstone?.['replacement_room'], fresh);
    assert.equal((await alice.ok('GET', clientPath`/directory/room/${'#halfway:hearth.test'}`)).room_id, fresh);
    assert.equal(await membershipOf(alice, fresh, alice.userId), 'join');
  });
});
