import assert from 'node:assert/strict';

import { bytesOf, closedRooms, type Event, olderPrefixes, onEachServer, under } from './people.ts';
import { answersToWrongTypes, clientPath } from '@hearth/testkit';

const statePath = (room: string, type: string, key?: string): string =>
  key === undefined ? clientPath`/rooms/${room}/state/${type}` : clientPath`/rooms/${room}/state/${type}/${key}`;
const wholeState = (room: string): string => clientPath`/rooms/${room}/state`;
const topic = (text: string): { topic: string } => ({ topic: text });

onEachServer('state events', (it) => {
  it('an empty state key is written and read with and without its slash, and as content or as the whole event', async ({
    alice,
    bob,
    room,
  }) => {
    for (const [write, read] of [
      [statePath(room, 'm.room.topic'), statePath(room, 'm.room.topic', '')],
      [statePath(room, 'm.room.topic', ''), statePath(room, 'm.room.topic')],
    ] as const) {
      const { event_id: id } = await alice.ok('PUT', write, { body: topic(write) });
      assert.deepEqual(await bob.ok('GET', read), topic(write));
      assert.deepEqual(await bob.ok('GET', read, { query: { format: 'content' } }), topic(write));
      const event = (await bob.ok('GET', read, { query: { format: 'event' } })) as Event;
      assert.deepEqual([event.event_id, event.state_key, event.sender, event.content], [id, '', alice.userId, topic(write)]);
    }
    await bob.refused(400, 'M_INVALID_PARAM', 'GET', statePath(room, 'm.room.topic'), { query: { format: 'xml' } });
  });

  it('each state key has its own state, and the newest counts', async ({ alice, bob, room }) => {
    for (const key of ['', 'one', 'two/with%slash', '__proto__', '😀', bytesOf(255)]) {
      await alice.setState(room, 'org.example.x', key, { key: 'old' });
      const id = await alice.setState(room, 'org.example.x', key, { key });
      assert.deepEqual(await bob.getState(room, 'org.example.x', key), { key });
      assert.equal((await bob.event(room, id)).unsigned.prev_content.key, 'old');
    }
    const events = (await bob.ok('GET', wholeState(room))) as Event[];
    assert.equal(events.filter((event) => event.type === 'org.example.x').length, 6);
    assert.deepEqual(
      new Set(events.filter((event) => event.type === 'm.room.member').map((event) => event.state_key)),
      new Set([alice.userId, bob.userId]),
    );
    await bob.refused(404, 'M_NOT_FOUND', 'GET', statePath(room, 'org.example.x', 'three'));
    await bob.refused(404, 'M_NOT_FOUND', 'GET', statePath(room, 'org.example.unknown'));
  });

  it('the same state again by the same sender is the same event', async ({ alice, bob, room }) => {
    await alice.setState(room, 'm.room.power_levels', '', { state_default: 0 });
    const first = await alice.setState(room, 'm.room.topic', '', topic('x'));
    assert.equal(await alice.setState(room, 'm.room.topic', '', topic('x')), first);
    assert.notEqual(await bob.setState(room, 'm.room.topic', '', topic('x')), first);
    assert.notEqual(await alice.setState(room, 'm.room.topic', '', topic('y')), first);
  });

  it('power decides who sets what; a key that names a user is that user’s', async ({ alice, bob, room }) => {
    await bob.refused(403, 'M_FORBIDDEN', 'PUT', statePath(room, 'm.room.topic'), { body: topic('x') });
    await alice.setState(room, 'm.room.power_levels', '', { state_default: 0, users: { [bob.userId]: 50 } });
    await bob.setState(room, 'm.room.topic', '', topic('x'));
    await bob.setState(room, 'org.example.mine', bob.userId, {});
    await bob.refused(403, 'M_FORBIDDEN', 'PUT', statePath(room, 'org.example.mine', alice.userId), { body: {} });
    await bob.refused(403, 'M_FORBIDDEN', 'PUT', statePath(room, 'm.room.power_levels'), { body: { users: { [bob.userId]: 100 } } });
  });

  it('what no power allows is a wrong request: a second create event, and levels for who created the room', async (people) => {
    const { alice, bob, eve } = people;
    for (const room_version of ['11', '12']) {
      const room = await alice.createRoom({ preset: 'public_chat', room_version });
      await bob.join(room);
      for (const client of [alice, bob]) {
        await client.refused(400, 'M_INVALID_PARAM', 'PUT', statePath(room, 'm.room.create'), { body: { room_version, more: 1 } });
      }
      await eve.refused(403, 'M_FORBIDDEN', 'PUT', statePath(room, 'm.room.create'), { body: { room_version, more: 1 } });
    }
    const room = await alice.createRoom({ preset: 'public_chat', creation_content: { additional_creators: [bob.userId] } });
    for (const creator of [alice, bob]) {
      const body = { users: { [creator.userId]: 100 } };
      await alice.refused(400, 'M_INVALID_PARAM', 'PUT', statePath(room, 'm.room.power_levels'), { body });
      await eve.refused(403, 'M_FORBIDDEN', 'PUT', statePath(room, 'm.room.power_levels'), { body });
    }
    await alice.setState(room, 'm.room.power_levels', '', { users: { [eve.userId]: 50 } });
  });

  it('somebody else’s room is neither read nor written', async (people) => {
    const { bob, eve, room } = people;
    for (const [client, rooms] of [
      [bob, await closedRooms(people)],
      [eve, [room]],
    ] as const) {
      for (const closed of rooms) {
        await client.refused(403, 'M_FORBIDDEN', 'PUT', statePath(closed, 'm.room.topic'), { body: topic('x') });
        await client.refused(403, 'M_FORBIDDEN', 'PUT', statePath(closed, 'm.room.canonical_alias'), { body: {} });
        await client.refused(403, 'M_FORBIDDEN', 'GET', statePath(closed, 'm.room.create'));
        await client.refused(403, 'M_FORBIDDEN', 'GET', wholeState(closed));
      }
    }
    for (const path of [wholeState(room), statePath(room, 'm.room.create')]) {
      await eve.refused(401, 'M_MISSING_TOKEN', 'GET', path, { token: null });
    }
  });

  it('what cannot be an event is refused and changes nothing', async ({ alice, room }) => {
    const since = (await alice.sync()).next_batch as string;
    for (const json of ['{"n":1.5}', '{"n":9007199254740992}', '[]', 'null', '{"a":1,"a":2}', '{"a":"\\udfff"}']) {
      await alice.refused(400, 'M_BAD_JSON', 'PUT', statePath(room, 'org.example.x'), { body: Buffer.from(json) });
    }
    await alice.refused(400, 'M_NOT_JSON', 'PUT', statePath(room, 'org.example.x'), { body: Buffer.from('{') });
    await alice.refused(413, 'M_TOO_LARGE', 'PUT', statePath(room, 'org.example.x'), { body: { text: bytesOf(65_536) } });
    await alice.refused(413, 'M_TOO_LARGE', 'PUT', statePath(room, 'org.example.x', bytesOf(256)), { body: {} });
    await alice.refused(413, 'M_TOO_LARGE', 'PUT', statePath(room, bytesOf(256)), { body: {} });
    await alice.refused(403, 'M_FORBIDDEN', 'PUT', statePath(room, 'm.room.power_levels'), { body: { users: { nobody: 1 } } });
    await alice.refused(400, 'M_BAD_JSON', 'PUT', statePath(room, 'm.room.member', alice.userId), { body: { membership: 'sleep' } });
    for (const path of [statePath(room, 'org.example.x'), statePath(room, 'org.example.x', 'key')]) {
      for (const answer of await answersToWrongTypes(alice, 'PUT', path, {})) assert.equal(answer.status, 400);
    }
    assert.equal((await alice.sync({ since })).rooms, undefined);
  });

  it('a room is called only by aliases that lead to it', async ({ alice, bob, room }) => {
    const set = (body: unknown): [string, string, { body: unknown }] => ['PUT', statePath(room, 'm.room.canonical_alias'), { body }];
    const give = (alias: string, to: string): Promise<unknown> =>
      alice.ok('PUT', clientPath`/directory/room/${alias}`, { body: { room_id: to } });
    const [mine, other, elsewhere] = ['mine', 'other', 'elsewhere'].map((name) => `#${name}-${room.slice(1, 20)}:hearth.test`) as [
      string,
      string,
      string,
    ];
    await give(mine, room);
    // Bob's, who has no power: when he removes it, the event still names it.
    await bob.ok('PUT', clientPath`/directory/room/${other}`, { body: { room_id: room } });
    await give(elsewhere, await alice.createRoom());
    for (const body of [{ alias: mine }, { alias: mine, alt_aliases: [other] }, { alias: '' }, { alias: null, alt_aliases: [mine] }, {}]) {
      await alice.ok(...set(body));
    }
    for (const alias of ['no alias', 7, {}, '#', '@a:hearth.test']) {
      await alice.refused(400, 'M_INVALID_PARAM', ...set({ alias }));
      await alice.refused(400, 'M_INVALID_PARAM', ...set({ alt_aliases: [alias] }));
    }
    await alice.refused(400, 'M_INVALID_PARAM', ...set({ alt_aliases: mine.slice(1) }));
    await alice.refused(
      400,
      'M_INVALID_PARAM',
      ...set({ alt_aliases: Array.from({ length: 101 }, (_, index) => `#${index}:hearth.test`) }),
    );
    for (const alias of [elsewhere, '#nowhere:hearth.test']) {
      await alice.refused(400, 'M_BAD_ALIAS', ...set({ alias }));
      await alice.refused(400, 'M_BAD_ALIAS', ...set({ alias: mine, alt_aliases: [other, alias] }));
    }
    await alice.ok(...set({ alias: mine, alt_aliases: [other] }));
    await bob.ok('DELETE', clientPath`/directory/room/${other}`);
    await alice.ok(...set({ alias: mine, alt_aliases: [other], note: 'what was there before is not asked for again' }));
  });

  it('older paths read and write state', async ({ alice, room }) => {
    for (const prefix of olderPrefixes) {
      for (const path of [statePath(room, 'm.room.topic'), statePath(room, 'm.room.topic', ''), statePath(room, 'm.room.topic', 'key')]) {
        await alice.ok('PUT', under(prefix, path), { body: topic(prefix + path) });
        assert.deepEqual(await alice.ok('GET', under(prefix, path)), topic(prefix + path));
      }
      const events = (await alice.ok('GET', under(prefix, wholeState(room)))) as Event[];
      assert.equal(events.filter((event) => event.type === 'm.room.topic').length, 2);
      const create = events.find((event) => event.type === 'm.room.create');
      assert.equal(create?.content['creator'], prefix.endsWith('r0') ? undefined : alice.userId);
    }
  });
});
